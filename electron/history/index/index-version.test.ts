import { describe, expect, it, vi } from 'vitest'
import type { Database } from '../database.ts'
import { eraseConversations } from '../erase/erase.ts'
import { eraseSome } from '../erase/erase-some.ts'
import { exchange, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { listRanges, readIndexState } from './backlog.ts'
import { indexEverything, indexSome } from './index-messages.ts'
import { allEntries, expectedEntries } from './testing/index-entries.ts'

/** A program that prepares words in a second way: backwards. */
const program = vi.hoisted(() => ({ version: 1 }))
vi.mock('./index-text.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('./index-text.ts')>()
  const backwards = (text: string) => ({ text: Array.from(text).reverse().join(''), stems: 'second' })
  return {
    ...original,
    get INDEX_TEXT_VERSION() {
      return program.version
    },
    indexEntry: (text: string, version: number) =>
      version === 2 ? backwards(text) : original.indexEntry(text, version),
  }
})

function wordsOf(db: Database): Set<string> {
  return new Set(allEntries(db).map(({ term }) => term))
}

describe('an index made by a former version of the program', () => {
  it('is made anew in steps, in which no message is missing, doubled or half of each version', () => {
    program.version = 1
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    for (let turn = 0; turn < 5; turn += 1) exchange(db, conversationId, `question${turn}`, `answers${turn}`)
    indexEverything(db)
    exchange(db, conversationId, 'not indexed', 'by the former')
    program.version = 2
    expect(indexSome(db, { stepMs: 0 })).toBe(true)
    expect(readIndexState(db).textVersion).toBe(2)
    indexSome(db, { stepMs: 0 })
    indexSome(db, { stepMs: 0 })
    expect(listRanges(db)).toEqual([{ firstSeq: 1, lastSeq: 9, textVersion: 1 }])
    expect([...wordsOf(db)].filter((word) => /4/.test(word))).toEqual(['question4', '4srewsna'])
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
    expect([...wordsOf(db)].filter((word) => word.startsWith('question'))).toEqual([])
  })

  it('loses the words of a message that is erased before its turn comes', () => {
    program.version = 1
    const { db } = temporaryHistory()
    const erased = newConversation(db)
    exchange(db, erased, 'oldest', 'oldest')
    const kept = newConversation(db)
    exchange(db, kept, 'newest', 'newest')
    indexEverything(db)
    program.version = 2
    indexSome(db, { stepMs: 0 })
    eraseConversations(db, { conversationIds: [erased] })
    while (eraseSome(db) !== null);
    expect(wordsOf(db)).toEqual(new Set(['newest', 'tsewen', 'second', 'newest']))
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })
})
