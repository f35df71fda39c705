/** A day with the history, in steps that may fail and are tried again once the disk works. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import { backUp } from '../../../electron/history/backup/back-up.ts'
import { keepReserve, NO_RESERVE, type Reserve } from '../../../electron/history/ballast.ts'
import { type FunctionName, functions, reliefs } from '../../../electron/history/functions.ts'
import { workIdly } from '../../../electron/history/idle-work.ts'
import { type OpenFile, openReadable } from '../../../electron/history/open-readable.ts'
import { importFile } from '../../../electron/transfer/import-file.ts'
import { type ImportHistory, importCalls } from '../../../electron/transfer/import-history.ts'
import { ended, plain } from '../../durability/program/chat.ts'
import { importSample } from '../../durability/program/import-sample.ts'

/** Never within a run: the ballast is made before it. */
const NEVER_MS = 1_000_000_000
const MOST_IDLE_STEPS = 500

export const KEY = Buffer.alloc(32, 7)

/** Few, because every call that they make is failed once in each way. */
export const IMPORTED = { conversations: 2, messages: 4 }

type Functions = typeof functions

/** What the steps share; ids are set by the step that made them. */
export interface Day {
  folder: string
  outside: string
  ballastBytes: number
  open: (OpenFile & { reserve: Reserve }) | undefined
  conversationId?: string
  replyId?: string
  chunks?: number
  doomedId?: string
  isTrashed?: boolean
}

/** Tells that an earlier step has not succeeded yet. */
export class Later extends Error {}

export type Step = (day: Day) => void | Promise<void>

function call<N extends FunctionName>(day: Day, name: N, args: Parameters<Functions[N]>[1]): ReturnType<Functions[N]> {
  if (!day.open) throw new Later()
  const { db, reserve } = day.open
  const run = functions[name] as (db: OpenFile['db'], args: unknown) => ReturnType<Functions[N]>
  return reserve.run(reliefs[name], () => run(db, args))
}

function need(id: string | undefined): string {
  if (id === undefined) throw new Later()
  return id
}

export function openDay(day: Day): void {
  // What could only be read is opened again, as the window's Retry does.
  day.open?.close()
  day.open = undefined
  const open = openReadable({ file: path.join(day.folder, 'history.db'), key: KEY })
  const options = { bytes: day.ballastBytes, delayMs: NEVER_MS }
  day.open = { ...open, reserve: open.readOnly ? NO_RESERVE : keepReserve(open.db, day.folder, options) }
}

const newConversation = { systemPrompt: '', endpointId: null, model: null, now: plain.now }

function fewOf(sample: string): string {
  const whole = JSON.parse(sample) as { conversations: Array<{ messages: unknown[] }> }
  const few = whole.conversations.slice(0, IMPORTED.conversations)
  const conversations = few.map((one) => ({ ...one, messages: one.messages.slice(0, IMPORTED.messages) }))
  return JSON.stringify({ ...whole, conversations })
}

export const steps: Record<string, Step> = {
  open: openDay,
  read(day) {
    call(day, 'listConversations', { view: 'active', cursor: null, limit: 50 })
    call(day, 'listStreaming', {})
  },
  create(day) {
    // It may be one that a failed attempt has left empty.
    day.conversationId = call(day, 'createConversation', { ...newConversation, id: uuid() }).id
  },
  send(day) {
    const conversationId = need(day.conversationId)
    const action = { type: 'send', text: 'asked' } as const
    day.replyId = call(day, 'beginReply', { ...plain, conversationId, action }).replyId
  },
  'first chunk'(day) {
    call(day, 'appendChunks', { chunks: [{ messageId: need(day.replyId), text: 'good ', reasoning: '' }] })
    day.chunks = 1
  },
  'second chunk'(day) {
    if (day.chunks !== 1) throw new Later()
    call(day, 'appendChunks', { chunks: [{ messageId: need(day.replyId), text: 'day', reasoning: '' }] })
    day.chunks = 2
  },
  finish(day) {
    if (day.chunks !== 2) throw new Later()
    call(day, 'finishReply', { ...ended, messageId: need(day.replyId) })
  },
  'create another'(day) {
    // An empty conversation would be taken again.
    need(day.replyId)
    day.doomedId = call(day, 'createConversation', { ...newConversation, id: uuid(), systemPrompt: 'doomed' }).id
  },
  trash(day) {
    call(day, 'trashConversation', { conversationId: need(day.doomedId), now: plain.now })
    day.isTrashed = true
  },
  erase(day) {
    if (!day.isTrashed) throw new Later()
    call(day, 'eraseConversations', { conversationIds: [need(day.doomedId)] })
  },
  idle(day) {
    if (!day.open) throw new Later()
    const { db, reserve, readOnly } = day.open
    if (readOnly) throw new Later()
    for (let step = 0; workIdly(db, reserve) === 0; step += 1) if (step > MOST_IDLE_STEPS) throw new Error('no end')
  },
  async import(day) {
    const file = path.join(day.outside, 'import.json')
    writeFileSync(file, fewOf(importSample('run')))
    const one = (name: string) => async (args: unknown) => call(day, name as FunctionName, args as never)
    const history = Object.fromEntries([...importCalls].map((name) => [name, one(name)])) as unknown as ImportHistory
    const { problems } = await importFile({ path: file, history, signal: new AbortController().signal })
    if (problems.length > 0) throw new Error(`problems of the import: ${JSON.stringify(problems)}`)
  },
  'back up'(day) {
    if (!day.open) throw new Later()
    const folder = path.join(day.folder, 'backups')
    backUp(day.open.db, { folder, name: `${uuid()}.db`, key: KEY, nativeBinding: undefined })
  },
  close(day) {
    if (!day.open) throw new Later()
    day.open.reserve.close()
    day.open.close()
    day.open = undefined
  },
}
