import { describe, expect, it } from 'vitest'
import { renameConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { appendChunks } from './replies.ts'
import { begin, exchange, finish, newConversation, temporaryHistory } from './testing/temporary-history.ts'
import { writtenPages } from './testing/written-pages.ts'

/** Several conversations of some messages. Returns their ids, the one at the top of the list last. */
function fill(db: Database, count: number): string[] {
  return db.transaction(() =>
    Array.from({ length: count }, (_, index) => {
      const id = newConversation(db)
      renameConversation(db, { conversationId: id, title: `Conversation ${index}`, source: 'user' })
      exchange(db, id, 'question', 'answer')
      return id
    }),
  )()
}

/** The indexes that the order of the list is read from. */
const ofTheList = (pages: string[]) =>
  pages.filter((name) => /^(conversations_active|sqlite_autoindex_conv)/.test(name))

describe('the pages that a commit writes', () => {
  it('are none of the order of the list where the conversation is first already', () => {
    const { db, file } = temporaryHistory()
    const [oldest = '', ...others] = fill(db, 400)
    const first = others.at(-1) ?? ''
    let replyId = ''
    const sendTo = (id: string) => () => {
      replyId = begin(db, id, { type: 'send', text: 'more' })
    }
    const end = () => void finish(db, replyId)
    const goesOn = [ofTheList(writtenPages(db, file, sendTo(first))), ofTheList(writtenPages(db, file, end))]
    const moves = [ofTheList(writtenPages(db, file, sendTo(oldest))), ofTheList(writtenPages(db, file, end))]
    expect({ goesOn, moves: moves.map((pages) => pages.length > 0) }).toEqual({
      goesOn: [[], []],
      moves: [true, false],
    })
  })

  it('are one for text that arrives, however much is there', () => {
    const { db, file } = temporaryHistory()
    const id = fill(db, 50).at(-1) ?? ''
    const messageId = begin(db, id, { type: 'send', text: 'more' })
    const append = () => appendChunks(db, { chunks: [{ messageId, text: 'word '.repeat(20), reasoning: '' }] })
    append()
    expect(writtenPages(db, file, append)).toEqual(['reply_chunks'])
  })
})
