import { MessageChannel } from 'node:worker_threads'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../shared/errors.ts'

type Listener = (...args: unknown[]) => unknown
const ipc = vi.hoisted(() => ({ call: undefined as Listener | undefined, stream: undefined as Listener | undefined }))
vi.mock('electron', () => ({
  ipcMain: {
    handle: (name: string, listener: Listener) => {
      expect(name).toBe('call')
      ipc.call = listener
    },
    on: (name: string, listener: Listener) => {
      expect(name).toBe('stream')
      ipc.stream = listener
    },
  },
}))
vi.mock('../log.ts', () => ({ log: { info: () => {}, exception: () => {} } }))

const handled: unknown[] = []
let trusted = true
let streamSignal: AbortSignal | undefined

beforeAll(async () => {
  const { registerIpc } = await import('./register.ts')
  registerIpc({
    calls: {
      'conversations.rename': (input: unknown) => {
        handled.push(input)
        return { renamed: true }
      },
      'app.getState': () => {
        throw new Error('the secret text of a message')
      },
      'conversations.get': () => {
        throw new AppError('not-found', 'This conversation is gone.', { cause: new Error('secret'), retryable: true })
      },
    } as never,
    streams: {
      'replies.watch': async function* (_input: unknown, signal: AbortSignal) {
        streamSignal = signal
        yield { type: 'text-delta', offset: 0, text: 'one' }
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        yield { type: 'text-delta', offset: 3, text: 'two' }
      },
      'transfer.import': async function* () {
        yield { type: 'import-progress' }
      },
    } as never,
    isTrusted: () => trusted,
  })
})

beforeEach(() => {
  handled.length = 0
  trusted = true
  streamSignal = undefined
})

const conversationId = '01900000-0000-7000-8000-000000000001'
const call = (name: unknown, input: unknown) => ipc.call?.({}, name, input)
const refusal = (message: string) => ({ ok: false, error: { code: 'invalid-request', message, retryable: false } })

describe('calls', () => {
  it('answer what the handler returns, given what the contract describes', async () => {
    expect(await call('conversations.rename', { conversationId, title: 'New' })).toEqual({
      ok: true,
      value: { renamed: true },
    })
    expect(handled).toEqual([{ conversationId, title: 'New' }])
  })

  it.each([
    'nothing.here',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    undefined,
    null,
    7,
    {},
    ['app.getState'],
    'replies.watch',
  ])('refuse the unknown name %j', async (name) => {
    expect(await call(name, {})).toEqual(refusal('Alcove does not know this request.'))
  })

  it.each([
    ['nothing', undefined],
    ['a missing field', { conversationId }],
    ['a field too many', { conversationId, title: 'New', extra: 1 }],
    ['a wrong type', { conversationId, title: 7 }],
    ['an id that is none', { conversationId: '../x', title: 'New' }],
    ['a title that is too long', { conversationId, title: 'x'.repeat(501) }],
    ['a lone surrogate', { conversationId, title: 'x\ud800y' }],
    ['an own __proto__', JSON.parse(`{"conversationId":"${conversationId}","title":"New","__proto__":{}}`)],
    ['a list', [conversationId, 'New']],
  ])('refuse %s before any handler runs', async (_what, input) => {
    expect(await call('conversations.rename', input)).toEqual(refusal('This request is not well formed.'))
    expect(handled).toEqual([])
  })

  it('refuse every sender but our own page', async () => {
    trusted = false
    expect(await call('conversations.rename', { conversationId, title: 'New' })).toEqual(
      refusal('This page may not talk to Alcove.'),
    )
    expect(handled).toEqual([])
  })

  it('let nothing of an exception cross, and of an error no cause', async () => {
    const unexpected = await call('app.getState', {})
    expect(unexpected).toMatchObject({ ok: false, error: { code: 'unexpected' } })
    expect(JSON.stringify(unexpected)).not.toContain('secret')
    expect(await call('conversations.get', { conversationId })).toEqual({
      ok: false,
      error: { code: 'not-found', message: 'This conversation is gone.', retryable: true },
    })
  })
})

describe('streams', () => {
  const open = (name: unknown, input: unknown) => {
    const { port1, port2 } = new MessageChannel()
    const received: unknown[] = []
    const closed = new Promise((resolve) => port1.on('close', resolve))
    port1.on('message', (message) => received.push(message))
    ipc.stream?.({ ports: [Object.assign(port2, { start() {} })] }, { name, input })
    return { received, closed, close: () => port1.close() }
  }
  const watch = { replyId: conversationId, fromOffset: 0, fromReasoningOffset: 0 }

  it('send parts, then the end', async () => {
    const stream = open('transfer.import', {})
    await stream.closed
    expect(stream.received).toEqual([
      { ok: true, value: { type: 'import-progress' } },
      { ok: true, end: true },
    ])
  })

  it('are cancelled by closing their port, as a reload or a crash of the window does', async () => {
    const stream = open('replies.watch', watch)
    await vi.waitFor(() => expect(stream.received).toHaveLength(1))
    stream.close()
    await vi.waitFor(() => expect(streamSignal?.aborted).toBe(true))
    expect(stream.received).toEqual([{ ok: true, value: { type: 'text-delta', offset: 0, text: 'one' } }])
  })

  it.each([
    ['an unknown name', 'nothing.here', watch],
    ['a prototype name', '__proto__', watch],
    ['a call name', 'app.getState', {}],
    ['a wrong shape', 'replies.watch', { replyId: 7 }],
  ])('refuse %s', async (_what, name, input) => {
    const stream = open(name, input)
    await stream.closed
    expect(stream.received).toMatchObject([{ ok: false, error: { code: 'invalid-request' } }])
    expect(streamSignal).toBeUndefined()
  })

  it('refuse every sender but our own page', async () => {
    trusted = false
    const stream = open('replies.watch', watch)
    await stream.closed
    expect(stream.received).toEqual([refusal('This page may not talk to Alcove.')])
  })
})
