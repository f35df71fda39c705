import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '../../shared/record-types.ts'
import { loadOlder, reloadTranscript, setPendingText, transcriptOf } from './transcript-store.ts'

interface Page {
  messages: Message[]
  hasMore: boolean
}

/** Main, which answers `messages.list` when the test says so. */
function setUp() {
  const asked: { input: unknown; answer: (page: Page) => void }[] = []
  const call = (_name: string, input: unknown) =>
    new Promise((resolve) => {
      asked.push({ input, answer: (value) => resolve({ ok: true, value }) })
    })
  vi.stubGlobal('window', { bridge: { call } })
  const conversationId = crypto.randomUUID()
  const loaded = () => {
    const { messages, ...rest } = transcriptOf(conversationId)
    return { ids: messages.map(({ id }) => id).join(''), ...rest }
  }
  return { asked, conversationId, loaded }
}

const page = (ids: string, hasMore: boolean): Page => ({
  messages: Array.from(ids, (id) => ({ id, role: 'user', text: `text ${id}` }) as Message),
  hasMore,
})

afterEach(() => vi.unstubAllGlobals())

describe('the loaded transcript', () => {
  it('keeps the newest answer when two come in the wrong order', async () => {
    const { asked, conversationId, loaded } = setUp()
    const both = [reloadTranscript(conversationId), reloadTranscript(conversationId)]
    asked[1]?.answer(page('abc', false))
    asked[0]?.answer(page('ab', false))
    await Promise.all(both)
    expect(loaded().ids).toBe('abc')
  })

  it('puts older messages before those that are loaded', async () => {
    const { asked, conversationId, loaded } = setUp()
    const first = reloadTranscript(conversationId)
    asked[0]?.answer(page('cd', true))
    await first
    const older = loadOlder(conversationId)
    await loadOlder(conversationId)
    asked[1]?.answer(page('ab', false))
    await older
    expect([asked.length, asked[1]?.input, loaded()]).toMatchObject([
      2,
      { beforeId: 'c' },
      { ids: 'abcd', hasMore: false, isLoadingOlder: false },
    ])
  })

  it('drops older messages that come after the branch was switched', async () => {
    const { asked, conversationId, loaded } = setUp()
    const first = reloadTranscript(conversationId)
    asked[0]?.answer(page('cd', true))
    await first
    const older = loadOlder(conversationId)
    const switched = reloadTranscript(conversationId)
    asked[2]?.answer(page('xy', true))
    await switched
    asked[1]?.answer(page('ab', false))
    await older
    expect(loaded()).toMatchObject({ ids: 'xy', hasMore: true })
  })

  it('shows a sent message once, also when news of it comes before the answer', async () => {
    const { asked, conversationId, loaded } = setUp()
    setPendingText(conversationId, 'text b')
    const reload = reloadTranscript(conversationId)
    asked[0]?.answer(page('ab', false))
    await reload
    expect(loaded()).toMatchObject({ ids: 'ab', pendingText: null })
  })
})
