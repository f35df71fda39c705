import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { backUpBeforeMigration } from '../../electron/history/backup/back-up-before-migration.ts'
import { trashConversation } from '../../electron/history/conversations.ts'
import type { Database } from '../../electron/history/database.ts'
import { listConversations } from '../../electron/history/list-conversations.ts'
import { listBranch } from '../../electron/history/messages.ts'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { begin, finish, newConversation, temporaryHistory } from '../../electron/history/testing/temporary-history.ts'
import { createActiveReply } from '../../electron/replies/active-reply.ts'
import { emptyOutcome, receiveReply } from '../../electron/replies/receive-reply.ts'
import { exportText } from '../../electron/transfer/testing/transfer-in-process.ts'
import { startFakeEndpoint } from '../fakes/fake-endpoint.ts'

const START = Date.UTC(2026, 9, 25, 0, 59)
const HOUR = 3_600_000
const TEN_YEARS = 3653 * 24 * HOUR

/** What the clock says at each step, from one message to the next. */
const clocks: Record<string, (step: number) => number> = {
  'goes back by ten years': (step) => START + step * 1000 - (step > 6 ? TEN_YEARS : 0),
  'goes on by ten years and back': (step) => START + step * 1000 + (step > 4 && step < 9 ? TEN_YEARS : 0),
  'goes back by an hour, as in autumn': (step) => START + step * 60_000 - (step > 5 ? HOUR : 0),
  'goes on by an hour, as in spring': (step) => START + step * 60_000 + (step > 5 ? HOUR : 0),
  'passes the end of 32 bits in 2038': (step) => 2 ** 31 * 1000 - 6000 + step * 1000,
  'stands still': () => START,
  'goes backwards all the time': (step) => START - step * HOUR,
  'lies before 1970': (step) => -5000 + step * 1000,
}

const STEPS = 12
/** In this order. */
const TRASHED = [2, 4]

afterEach(() => void vi.useRealTimers())

/** Six conversations of two messages each, in turns, two of them in the trash. Returns their ids, oldest activity first. */
function write(db: Database, clock: (step: number) => number): { ids: string[]; texts: string[][] } {
  const ids: string[] = []
  const texts: string[][] = []
  for (let step = 0; step < STEPS; step += 1) {
    const now = clock(step)
    const id = ids[step - 6] ?? newConversation(db, { now })
    if (step < 6) ids.push(id)
    const text = `message ${step}`
    finish(db, begin(db, id, { type: 'send', text }, { now }), { now })
    texts[step % 6] = [...(texts[step % 6] ?? []), text]
  }
  for (const [turn, index] of TRASHED.entries()) {
    trashConversation(db, { conversationId: ids[index] ?? '', now: clock(STEPS + turn) })
  }
  return { ids, texts }
}

function readAll(db: Database) {
  const list = (view: 'active' | 'trash') => listConversations(db, { view, cursor: null, limit: 100 })
  return { active: list('active'), trash: list('trash') }
}

describe('a clock that', () => {
  it.each(Object.entries(clocks))('%s changes no order and hides nothing', (_, clock) => {
    const { db, file, key } = temporaryHistory()
    const { ids, texts } = write(db, clock)
    const kept = ids.filter((_, index) => !TRASHED.includes(index))
    const questionsOf = (connection: Database) =>
      ids.map((conversationId) =>
        listBranch(connection, { conversationId, beforeId: null, limit: 100 })
          .messages.filter(({ role }) => role === 'user')
          .map(({ text }) => text),
      )
    const { active, trash } = readAll(db)
    expect(active.conversations.map(({ id }) => id)).toEqual([...kept].reverse())
    expect(trash.conversations.map(({ id }) => id)).toEqual([ids[4], ids[2]])
    expect([active.total, trash.total]).toEqual([4, 2])
    expect(questionsOf(db)).toEqual(texts)
    const exported = exportText(db)
    db.close()
    const again = openHistoryFile({ file, key })
    expect(readAll(again)).toEqual({ active, trash })
    expect(exportText(again)).toBe(exported)
    expect(idsInExport(exported)).toEqual([...ids].sort())
    again.close()
  })

  it('gives ten thousand messages the same time leaves them in the order in which they came', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db, { now: START })
    const count = 10_000
    db.transaction(() => {
      for (let index = 0; index < count / 2; index += 1) {
        finish(db, begin(db, conversationId, { type: 'send', text: `${index}` }, { now: START }), { now: START })
      }
    })()
    const read: string[] = []
    for (let beforeId: string | null = null; ; ) {
      const page = listBranch(db, { conversationId, beforeId, limit: 200 })
      read.unshift(...page.messages.filter(({ role }) => role === 'user').map(({ text }) => text))
      beforeId = page.messages[0]?.id ?? null
      if (page.messages.length < 200) break
    }
    expect(read).toEqual(Array.from({ length: count / 2 }, (_, index) => `${index}`))
  })

  it('is put back while a reply comes gives it no negative duration', async () => {
    const fake = await startFakeEndpoint()
    let now = START
    vi.spyOn(Date, 'now').mockImplementation(() => (now -= TEN_YEARS))
    const outcome = emptyOutcome()
    const findings = { learned: [], refusedFields: [], promptTokens: null }
    const reply = createActiveReply({ replyId: 'reply', conversationId: 'conversation' }, { text: '', reasoning: '' })
    const request = {
      access: { baseUrl: fake.url, apiKey: undefined },
      model: 'small',
      prompt: { summary: { estimatedTokens: 3 } },
      messages: [{ role: 'user', content: 'Hello' }],
      capabilities: [],
      sampling: {},
    }
    const writer = { add: () => {}, flush: async () => {}, forget: () => {} }
    await receiveReply(reply, request as unknown as Parameters<typeof receiveReply>[1], writer, outcome, findings)
    vi.restoreAllMocks()
    await fake.close()
    expect(outcome.status).toBe('complete')
    expect(outcome.firstTokenMs).toBeGreaterThanOrEqual(0)
    expect(outcome.totalMs).toBeGreaterThanOrEqual(outcome.firstTokenMs ?? Number.NaN)
  })

  it('is put back by ten years takes away no backup that was just made', () => {
    const { file, key } = temporaryHistory()
    const folder = path.join(path.dirname(file), 'backups')
    vi.useFakeTimers({ toFake: ['Date'], now: START })
    for (let day = 0; day < 4; day += 1) {
      vi.setSystemTime(START + day * 24 * HOUR)
      backUpBeforeMigration({ file, key })()
    }
    const before = readdirSync(folder)
    vi.setSystemTime(START - TEN_YEARS)
    backUpBeforeMigration({ file, key })()
    expect(readdirSync(folder).filter((name) => !before.includes(name))).toHaveLength(1)
  })
})

function idsInExport(text: string): string[] {
  return (JSON.parse(text) as { conversations: Array<{ id: string }> }).conversations.map(({ id }) => id)
}
