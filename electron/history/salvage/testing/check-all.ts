import type { Database } from '../../database.ts'
import { type CheckCursor, type CheckProblems, checkSlice } from '../check-slice.ts'

/** All slices of a check, one after the other. */
export function checkAll(db: Database): CheckProblems {
  const all = { messages: 0, conversationSeqs: [] as number[], others: 0 }
  let cursor: CheckCursor | null = null
  do {
    const slice = checkSlice(db, cursor)
    all.messages += slice.problems.messages
    all.conversationSeqs.push(...slice.problems.conversationSeqs)
    all.others += slice.problems.others
    cursor = slice.cursor
  } while (cursor)
  return { ...all, conversationSeqs: [...new Set(all.conversationSeqs)] }
}
