import type { Database } from '../database.ts'
import { listConversations } from '../list-conversations.ts'
import { listBranch } from '../messages.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { readPrompt } from '../read-prompt.ts'
import { copyOfCachedHistory } from './cached-history.ts'
import { pagesRead } from './pages-read.ts'
import { begin, finish } from './temporary-history.ts'
import { writtenPageNumbers } from './written-pages.ts'

/** Pages by what a person does, each the mean of several times. */
export type Pages = Record<string, number>

/** As the window asks for them. */
const PAGE = 50
const BUDGET_TOKENS = 8_192
const SCREENS = 6
const SENDS = 60

/** The pages that are read and written in a history of `messages` messages, copied into `folder`. */
export function pagesTouched(messages: number, folder: string): Pages {
  const { file, key, longId } = copyOfCachedHistory(messages, folder)
  const db = openHistoryFile({ file, key })
  try {
    return {
      'a page of the list': pagesOfTheList(db),
      'a screen of messages': pagesOfABranch(db, longId),
      'a prompt': pagesOfAPrompt(db, longId),
      'a send, written': pagesOfASend(db, file, longId),
    }
  } finally {
    db.close()
  }
}

function pagesOfTheList(db: Database): number {
  let cursor: string | null = null
  return mean(SCREENS, () => {
    const list = () => listConversations(db, { view: 'active', cursor, limit: PAGE })
    const pages = pagesRead(db, () => void list())
    cursor = list().cursor ?? cursor
    return pages
  })
}

function pagesOfABranch(db: Database, conversationId: string): number {
  let beforeId: string | null = null
  return mean(SCREENS, () => {
    const list = () => listBranch(db, { conversationId, beforeId, limit: PAGE })
    const pages = pagesRead(db, () => void list())
    beforeId = list().messages[0]?.id ?? null
    return pages
  })
}

function pagesOfAPrompt(db: Database, conversationId: string): number {
  const prompt = { conversationId, leafId: null, limit: 10_000, budgetTokens: BUDGET_TOKENS }
  return mean(1, () => pagesRead(db, () => void readPrompt(db, prompt)))
}

function pagesOfASend(db: Database, file: string, conversationId: string): number {
  return mean(SENDS, () => {
    let replyId = ''
    const pages = writtenPageNumbers(db, file, () => {
      replyId = begin(db, conversationId, { type: 'send', text: 'A question of some words.' })
    })
    finish(db, replyId)
    return pages.length
  })
}

function mean(times: number, count: () => number): number {
  return Array.from({ length: times }, count).reduce((sum, pages) => sum + pages, 0) / times
}
