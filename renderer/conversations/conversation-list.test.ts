import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Answer } from '../../shared/contract-types.ts'
import type { ConversationRow } from '../../shared/record-types.ts'
import { useConversationList } from './conversation-list.ts'

/** Main's side in memory: `order` is the list as the history would give it. */
let order: string[]
let titles: Map<string, string>
let trashed: string
let calls: string[]
let stop: () => void
const receivers = new Set<(name: string, payload: unknown) => void>()

// The window subscribes once for its whole life, so its bridge stays the same too.
vi.stubGlobal('window', {
  bridge: {
    call: async (name: string, input: unknown): Promise<Answer> => answer(name, input),
    onPush: (receive: (name: string, payload: unknown) => void) => receivers.add(receive),
  },
})

beforeEach(() => {
  order = Array.from({ length: 450 }, (_, index) => `c${index}`)
  titles = new Map()
  trashed = ''
  calls = []
  useConversationList.setState({ rows: [], cursor: null, total: 0, status: 'loading', error: null })
  stop = useConversationList.getState().watch()
})

afterEach(() => stop())

it('reads pages as they are asked for and then to the end', async () => {
  await expect.poll(shownIds).toEqual(order.slice(0, 200))
  useConversationList.getState().loadMore()
  useConversationList.getState().loadMore()
  await expect.poll(shownIds).toEqual(order.slice(0, 400))
  await useConversationList.getState().loadAll()
  expect(shownIds()).toEqual(order)
})

it('follows what moves to the top, is renamed far below, goes to the trash or is gone', async () => {
  await useConversationList.getState().loadAll()
  order = ['c300', ...order.filter((id) => !['c300', 'c410', 'c420'].includes(id))]
  trashed = 'c420'
  titles.set('c350', 'renamed')
  for (const conversationId of ['c300', 'c350', 'c410', 'c420']) news(conversationId)
  await expect.poll(shownIds).toEqual(order)
  expect(useConversationList.getState().rows.find(({ id }) => id === 'c350')?.title).toBe('renamed')
})

it('reads a burst of changes once', async () => {
  await useConversationList.getState().loadAll()
  calls = []
  for (let burst = 0; burst < 50; burst += 1) news('c3')
  titles.set('c3', 'renamed')
  await expect.poll(() => useConversationList.getState().rows[3]?.title).toBe('renamed')
  expect(calls).toEqual(['conversations.list'])
})

it('keeps the rows it has when reading fails, and recovers', async () => {
  await useConversationList.getState().loadAll()
  const failing = vi.spyOn(window.bridge, 'call').mockResolvedValue({
    ok: false,
    error: { code: 'history-locked', message: 'The history is in use.', retryable: true },
  })
  useConversationList.getState().reload()
  await expect.poll(() => useConversationList.getState().status).toBe('failed')
  expect(shownIds()).toEqual(order)
  failing.mockRestore()
  useConversationList.getState().reload()
  await expect.poll(() => useConversationList.getState().status).toBe('ready')
})

function shownIds(): string[] {
  return useConversationList.getState().rows.map(({ id }) => id)
}

function news(conversationId: string): void {
  for (const receive of receivers) receive('conversations.changed', { conversationId })
}

function answer(name: string, input: unknown): Answer {
  calls.push(name)
  const { cursor, limit = 0, conversationId } = input as { cursor?: string; limit?: number; conversationId?: string }
  if (name === 'conversations.list') {
    const from = Number(cursor ?? 0)
    const end = from + limit
    const page = order.slice(from, end).map(row)
    const value = { conversations: page, cursor: end < order.length ? String(end) : null, total: order.length }
    return { ok: true, value }
  }
  const known = conversationId === trashed || order.includes(conversationId ?? '')
  if (conversationId && known) return { ok: true, value: row(conversationId) }
  return { ok: false, error: { code: 'not-found', message: 'It is gone.', retryable: false } }
}

function row(id: string): ConversationRow {
  return {
    id,
    title: titles.get(id) ?? id,
    titleSource: 'user',
    createdAt: 1,
    updatedAt: 1,
    pinnedAt: null,
    archivedAt: null,
    trashedAt: id === trashed ? 1 : null,
    folderId: null,
    unread: false,
    streaming: false,
  }
}
