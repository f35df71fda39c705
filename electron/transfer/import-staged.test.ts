import { describe, expect, it } from 'vitest'
import { listTables } from '../history/backup/tables.ts'
import { verifyHistory } from '../history/backup/verify.ts'
import type { Database } from '../history/database.ts'
import { eraseSome } from '../history/erase/erase-some.ts'
import { hideUnfinishedImports, stageConversation } from '../history/import/staged.ts'
import { findMessages } from '../history/index/find-messages.ts'
import { indexEverything } from '../history/index/index-messages.ts'
import { allEntries, expectedEntries } from '../history/index/testing/index-entries.ts'
import { listConversations } from '../history/list-conversations.ts'
import { openHistoryFile } from '../history/open-history-file.ts'
import { getStatistics } from '../history/statistics.ts'
import { exchange, newConversation, temporaryHistory } from '../history/testing/temporary-history.ts'
import { beginImport } from '../history/transfer.ts'
import { longConversation } from './testing/long-conversation.ts'
import { exportText, historyOf, importText } from './testing/transfer-in-process.ts'

const COUNT = 1_500
const file = longConversation(COUNT)

const ANYWHERE = {
  conversationId: null,
  withTrash: true,
  order: 'newest',
  words: 'all',
  limit: 50,
  cursor: null,
} as const

/** Everything that a person could see of the history. */
function seen(db: Database) {
  const lists = (['active', 'trash'] as const).map((view) => listConversations(db, { view, cursor: null, limit: 50 }))
  const statistics = getStatistics(db).filter(({ unit }) => unit === 'count')
  return { lists, statistics, text: exportText(db) }
}

/** Rows by table, of those that an import writes. What an erasing leaves in the pages of the index is no content. */
function rows(db: Database): Record<string, number | null> {
  const { counts } = verifyHistory(db)
  return Object.fromEntries(
    listTables(db)
      .filter((name) => !/^message_(index|stems)/.test(name) && name !== 'tags')
      .map((name) => [name, counts[name] ?? null]),
  )
}

/** The next step fails, as if the process had ended there. */
class Ended extends Error {}

/** Imports until the function `name` has been called `times` times; the next call of it finds the process gone. */
async function importUntil(db: Database, name: string, times: number): Promise<void> {
  let called = 0
  let ended = false
  const onCall = (calling: string): void => {
    if (calling === name) called += 1
    ended ||= called > times
    if (ended) throw new Ended()
  }
  await importText(db, file, { onCall }).catch((error: unknown) => {
    if (!(error instanceof Ended)) throw error
  })
}

describe('a conversation that is imported in slices', () => {
  it('is in no list, count or export before it is whole, and then is there as it was in the file', async () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'mine', 'answer')
    const before = seen(db)
    const states: unknown[] = []
    const onCall = (name: string): void => {
      if (name === 'stageMessages' || name === 'finishStaged') states.push(seen(db))
    }
    const report = await importText(db, file, { onCall })
    expect(report).toMatchObject({ conversations: { imported: 1 }, messages: COUNT, problems: [] })
    expect(states.length).toBeGreaterThan(4)
    expect(states.filter((state) => JSON.stringify(state) !== JSON.stringify(before))).toEqual([])
    const other = temporaryHistory()
    await importText(other.db, file)
    const { id } = JSON.parse(file).conversations[0]
    const scope = { type: 'conversations' as const, conversationIds: [id] }
    const own = JSON.parse(exportText(db, { scope }))
    expect(own.conversations).toEqual(JSON.parse(file).conversations)
    expect(own.attachments).toEqual(JSON.parse(file).attachments)
    expect(seen(db).lists[0]?.total).toBe(2)
    expect(verifyHistory(db)).toMatchObject({ integrity: 'ok', foreignKeys: 0 })
  })

  it('takes nothing out of the index that was not in it, however often it comes', async () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'mine', 'answer')
    indexEverything(db)
    // The index counts what it holds, and calls itself damaged once it was told to let go of more than that.
    for (const text of ['a', 'b', 'c']) {
      expect(await importText(db, longConversation(COUNT, { text }))).toMatchObject({ messages: COUNT })
    }
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('is known when it comes again, and comes as a copy when it has changed', async () => {
    const { db } = temporaryHistory()
    await importText(db, file)
    const again = await importText(db, file)
    const changed = await importText(db, longConversation(COUNT, { text: 'other words' }))
    const oncemore = await importText(db, longConversation(COUNT, { text: 'other words' }))
    expect([again, changed, oncemore].map(({ conversations }) => conversations)).toEqual([
      { imported: 0, unchanged: 1, copied: 0, skipped: 0 },
      { imported: 0, unchanged: 0, copied: 1, skipped: 0 },
      { imported: 0, unchanged: 1, copied: 0, skipped: 0 },
    ])
  })

  it('keeps its place in the order while the person writes into an empty history', async () => {
    const { db } = temporaryHistory()
    let slices = 0
    const onCall = (name: string): void => {
      if (name !== 'stageMessages') return
      slices += 1
      // From the second on: a message of an empty history takes the seq 1, above all that is imported.
      if (slices > 1) exchange(db, newConversation(db), `mine ${slices}`, 'answer')
    }
    const { conversations } = await importText(db, file, { onCall })
    const titles = listConversations(db, { view: 'active', cursor: null, limit: 50 }).conversations
    expect({ imported: conversations.imported, last: titles.at(-1)?.title, titles: titles.length }).toEqual({
      imported: 1,
      last: 'Long',
      titles: slices,
    })
  })

  it('is found by search like any other, and so is what is written after it', async () => {
    const { db } = temporaryHistory()
    const found = () => findMessages(db, { ...ANYWHERE, query: 'some words' }).messages.length
    let early = 0
    const onCall = (name: string): void => {
      // Whatever is there between two slices is indexed at once.
      indexEverything(db)
      if (name === 'stageMessages' || name === 'finishStaged') early += found()
    }
    await importText(db, file, { onCall })
    exchange(db, newConversation(db), 'mine', 'answer')
    indexEverything(db)
    expect({ early, whole: found() > 0 }).toEqual({ early: 0, whole: true })
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('never shows while a message of it is missing', () => {
    const { db } = temporaryHistory()
    const { place } = beginImport(db, { messagesAtMost: 10 })
    const conversation = { ...JSON.parse(file).conversations[0], messages: [] }
    const { staged } = stageConversation(db, { conversation, count: 2, place })
    const finish = historyOf(db).finishStaged({ staged, conversation, isCopy: false })
    return expect(finish).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('an import in slices that ends early', () => {
  it.each([
    ['stageMessages', 0],
    ['stageMessages', 1],
    ['stageMessages', 4],
    ['finishStaged', 0],
  ] as const)('leaves nothing when the process is gone after %s, %i times', async (name, times) => {
    const { db, file: path, key } = temporaryHistory()
    exchange(db, newConversation(db), 'mine', 'answer')
    const before = { seen: seen(db), rows: rows(db) }
    await importUntil(db, name, times)
    db.close()
    const reopened = openHistoryFile({ file: path, key })
    try {
      expect(seen(reopened)).toEqual(before.seen)
      hideUnfinishedImports(reopened)
      while (eraseSome(reopened) !== null);
      expect({ seen: seen(reopened), rows: rows(reopened) }).toEqual(before)
      expect(allEntries(reopened)).toEqual([])
    } finally {
      reopened.close()
    }
  })

  it('is taken away before the same file is imported again, so that its ids are free', async () => {
    const { db, file: path, key } = temporaryHistory()
    await importUntil(db, 'stageMessages', 3)
    db.close()
    const reopened = openHistoryFile({ file: path, key })
    try {
      const { conversations } = await importText(reopened, file)
      expect(conversations).toEqual({ imported: 1, unchanged: 0, copied: 0, skipped: 0 })
    } finally {
      reopened.close()
    }
  })

  it('leaves nothing when it is cancelled, and counts nothing of it', async () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'mine', 'answer')
    const before = { seen: seen(db), rows: rows(db) }
    const cancel = new AbortController()
    const onCall = (name: string): void => {
      if (name === 'stageMessages') cancel.abort()
    }
    const report = await importText(db, file, { onCall, signal: cancel.signal })
    while (eraseSome(db) !== null);
    expect({ seen: seen(db), rows: rows(db), report }).toEqual({
      ...before,
      report: {
        conversations: { imported: 0, unchanged: 0, copied: 0, skipped: 0 },
        messages: 0,
        complete: false,
        problems: [],
      },
    })
  })

  it('is not taken for one while it is coming in', async () => {
    const { db } = temporaryHistory()
    // What the history does in between, while nobody waits for it.
    const onCall = (): void => {
      hideUnfinishedImports(db)
      while (eraseSome(db) !== null);
    }
    const { conversations, messages } = await importText(db, file, { onCall })
    expect({ conversations, messages }).toMatchObject({ conversations: { imported: 1 }, messages: COUNT })
  })
})
