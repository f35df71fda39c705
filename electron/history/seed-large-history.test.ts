import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { chainHash } from './messages.ts'
import { seedLargeHistory } from './testing/seed-large-history.ts'
import { temporaryHistory } from './testing/temporary-history.ts'

const SMALL = { messages: 2_000, conversations: 40, seed: 7 }

function contentOf(db: Database): string {
  const hash = createHash('sha256')
  for (const table of ['conversations', 'messages', 'requests', 'drafts'])
    for (const row of db.prepare(`SELECT * FROM ${table} ORDER BY 1`).raw().iterate()) hash.update(JSON.stringify(row))
  return hash.digest('hex')
}

function seeded(seed: number): Database {
  const { db } = temporaryHistory()
  seedLargeHistory(db, { ...SMALL, seed })
  return db
}

describe('a large history that is made up', () => {
  it('is the same for the same seed', () => {
    const [one = '', same, other] = [7, 7, 8].map((seed) => contentOf(seeded(seed)))
    expect({ same: one === same, other: one === other }).toEqual({ same: true, other: false })
  })

  it('is a sound history with as many messages as asked for, branches, pins and trash', () => {
    const db = seeded(1)
    const count = (sql: string) => Number(db.prepare(sql).pluck().get())
    expect({
      messages: count('SELECT count(*) FROM messages'),
      conversations: count('SELECT count(*) FROM conversations'),
      integrity: db.pragma('integrity_check', { simple: true }),
      foreignKeys: db.pragma('foreign_key_check'),
      total: count('SELECT sum(total) FROM list_totals'),
      leaves: count('SELECT count(*) FROM conversations AS c JOIN messages AS m ON m.seq = c.active_leaf_seq'),
    }).toEqual({ messages: 2_000, conversations: 40, integrity: 'ok', foreignKeys: [], total: 40, leaves: 40 })
    for (const sql of [
      'SELECT count(*) FROM messages GROUP BY conversation_seq, parent_seq HAVING count(*) > 1',
      'SELECT 1 FROM conversations WHERE trashed_seq IS NOT NULL',
      "SELECT 1 FROM messages WHERE status <> 'complete'",
      "SELECT 1 FROM messages WHERE text GLOB '*[一-龥]*'",
    ])
      expect({ sql, found: db.prepare(sql).all().length > 0 }).toEqual({ sql, found: true })
    const rows = db.prepare<[], { role: string; text: string; chain: Uint8Array; parent: Uint8Array | null }>(`
      SELECT m.role, m.text, m.chain_hash AS chain, p.chain_hash AS parent
      FROM messages AS m LEFT JOIN messages AS p ON p.seq = m.parent_seq`)
    const wrong = rows
      .all()
      .filter(({ role, text, chain, parent }) => Buffer.compare(chain, chainHash(parent, role, text)) !== 0)
    expect(wrong).toEqual([])
  })
})
