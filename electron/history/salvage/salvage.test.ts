import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { exchange, newConversation, temporaryFile } from '../testing/temporary-history.ts'
import { salvage } from './salvage.ts'

const never = new AbortController().signal

function build() {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  const ids = Array.from({ length: 20 }, () => newConversation(db, { systemPrompt: 'Be brief.' }))
  for (let turn = 0; turn < 10; turn += 1)
    for (const id of ids) exchange(db, id, `question ${turn} of ${id}`, `answer ${turn} `.repeat(turn === 5 ? 900 : 20))
  const texts = textsOf(db)
  const leaf = (name: string): number[] =>
    db.prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'").pluck().all(name)
  const pages = {
    messages: leaf('messages'),
    conversations: leaf('conversations'),
    interior: db
      .prepare<[], number>("SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'internal'")
      .pluck()
      .all(),
    overflow: db
      .prepare<[], number>("SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'overflow'")
      .pluck()
      .all(),
    schema: leaf('sqlite_schema'),
  }
  db.close()
  return { file, key, texts, pages }
}

function textsOf(db: Database): Map<string, string> {
  const rows = db.prepare<[], { id: string; text: string }>('SELECT id, text FROM messages').all()
  return new Map(rows.map(({ id, text }) => [id, text]))
}

function flip(file: string, offset: number): void {
  const handle = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(handle, byte, 0, 1, offset)
  writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, offset)
  closeSync(handle)
}

function spoilPage(file: string, page: number): void {
  flip(file, (page - 1) * 4096 + 1000)
}

async function salvaged(file: string, key: Buffer) {
  const before = readFileSync(file)
  const start = performance.now()
  const report = await salvage({ file, key, signal: never, onProgress: () => undefined })
  console.info(performance.now() - start)
  expect(readFileSync(path.join(path.dirname(file), report.keptAs)).equals(before)).toBe(true)
  const db = openHistoryFile({ file, key })
  const texts = textsOf(db)
  const check = db.pragma('integrity_check', { simple: true })
  db.close()
  return { report, texts, check }
}

describe('salvage', () => {
  it('copies an undamaged history whole', async () => {
    const { file, key, texts } = build()
    const result = await salvaged(file, key)
    expect(result.texts).toEqual(texts)
    console.info(result.report)
  })
  it.each(['messages', 'conversations', 'interior', 'overflow', 'schema'] as const)('damaged %s', async (what) => {
    const { file, key, texts, pages } = build()
    spoilPage(file, pages[what][0] ?? 0)
    console.info(what, pages[what].length)
    const result = await salvaged(file, key)
    const same = [...texts].filter(([id, text]) => result.texts.get(id) === text).length
    console.info(same, texts.size, result.texts.size, JSON.stringify(result.report).slice(0, 400), result.check)
  })
})
