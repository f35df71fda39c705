import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { Database } from '../../database.ts'
import { openHistoryFile } from '../../open-history-file.ts'
import { exchange, newConversation, temporaryFile } from '../../testing/temporary-history.ts'
import { PAGE_BYTES } from '../pages/page-cipher.ts'

export interface BuiltHistory {
  file: string
  key: Buffer
  conversationIds: string[]
  /** Of each message by id. */
  texts: Map<string, string>
  /** Page numbers of a table or index. */
  pagesOf(name: string, type: 'leaf' | 'internal' | 'overflow'): number[]
}

interface Size {
  conversations: number
  turns: number
}

/** A closed history of conversations that were gone on with by turns; each fifth reply overflows its page. */
export function buildHistory({ conversations, turns }: Size): BuiltHistory {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  // Nothing here depends on a power failure.
  db.pragma('synchronous = OFF')
  const conversationIds: string[] = []
  const say = (id: string, turn: number) => {
    const length = turn % 5 === 4 ? 900 : 20
    exchange(db, id, `question ${turn} of ${id}`, `answer ${turn} of ${id} `.repeat(length))
  }
  for (let turn = 0; turn < turns; turn += 1) {
    for (let index = 0; index < conversations; index += 1) {
      const id = conversationIds[index] ?? newConversation(db, { systemPrompt: `Be brief, ${index}.` })
      if (turn === 0) conversationIds.push(id)
      say(id, turn)
    }
  }
  const texts = textsOf(db)
  const pages = db
    .prepare<[], { name: string; pagetype: string; pageno: number }>('SELECT name, pagetype, pageno FROM dbstat')
    .all()
  db.close()
  const pagesOf: BuiltHistory['pagesOf'] = (name, type) =>
    pages.filter((page) => page.name === name && page.pagetype === type).map(({ pageno }) => pageno)
  return { file, key, conversationIds, texts, pagesOf }
}

export function textsOf(db: Database): Map<string, string> {
  const rows = db.prepare<[], { id: string; text: string }>('SELECT id, text FROM messages').all()
  return new Map(rows.map(({ id, text }) => [id, text]))
}

export function flipBit(file: string, offset: number, bit = 0): void {
  const handle = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(handle, byte, 0, 1, offset)
  writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ (1 << bit)]), 0, 1, offset)
  closeSync(handle)
}

/** One flipped bit in the middle of a page. */
export function spoilPage(file: string, page: number | undefined): void {
  if (page === undefined) throw new Error('there is no such page')
  flipBit(file, (page - 1) * PAGE_BYTES + PAGE_BYTES / 2)
}
