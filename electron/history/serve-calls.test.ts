import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { type Service, serveCalls } from './serve-calls.ts'
import type { CallMessage, FromWorker, OpenMessage } from './worker-protocol.ts'

const OPEN: OpenMessage = { type: 'open', file: 'history.db', key: new ArrayBuffer(32), nativeBinding: undefined }

/** A served port whose functions note the order in which they ran. */
function served(run: (args: unknown) => unknown = () => null, values: Partial<Service<object>> = {}) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const ran: string[] = []
  const service: Service<object> = {
    open: () => ({}),
    run: (_connection, name, args) => {
      ran.push(name)
      return run(args)
    },
    isBulk: (name) => name.startsWith('bulk'),
    workIdly: () => null,
    describe: () => ({ file: 'history.db', readOnly: false }),
    close: () => void ran.push('closed'),
    ...values,
  }
  const answers: FromWorker[] = []
  port1.on('message', (message: FromWorker) => answers.push(message))
  serveCalls(port2, service)
  return { port: port1, ran, answers }
}

function call(number: number, name: string, args: unknown = {}): CallMessage {
  return { type: 'call', call: number, name, args }
}

describe('the queue of the history worker', () => {
  it('serves bulk work only while nothing else waits, and loses none of it', async () => {
    const { port, ran } = served((args) => {
      // Arrives while the first bulk call is at work.
      if (args === 'first') for (const name of ['late-1', 'late-2']) port.postMessage(call(9, name))
    })
    port.postMessage(OPEN)
    for (const [index, name] of ['bulk-1', 'bulk-2', 'soon', 'bulk-3'].entries()) {
      port.postMessage(call(index, name, name === 'bulk-1' ? 'first' : {}))
    }
    port.postMessage({ type: 'close' })
    await once(port, 'close')
    expect(ran).toEqual(['soon', 'bulk-1', 'late-1', 'late-2', 'bulk-2', 'bulk-3', 'closed'])
  })

  it('answers a failure with its code and sentence, and any other exception with neither', async () => {
    const { port, answers } = served((args) => {
      throw args === 'expected'
        ? new AppError('conflict', 'Try again.', { retryable: true })
        : new Error('SELECT secret')
    })
    port.postMessage(OPEN)
    port.postMessage(call(1, 'a', 'expected'))
    port.postMessage(call(2, 'b', 'exception'))
    port.postMessage({ type: 'close' })
    await once(port, 'close')
    expect(answers).toEqual([
      { type: 'opened', ok: true, opened: { file: 'history.db', readOnly: false } },
      expect.objectContaining({
        call: 1,
        ok: false,
        error: { code: 'conflict', message: 'Try again.', retryable: true },
      }),
      expect.objectContaining({ call: 2, ok: false, error: expect.objectContaining({ code: 'unexpected' }) }),
    ])
    expect(JSON.stringify(answers)).not.toContain('secret')
  })

  it('wipes the key once the file is open', async () => {
    let seen: ArrayBuffer | undefined
    const { port } = served(undefined, {
      open: ({ key }) => {
        seen = key
        return {}
      },
    })
    port.postMessage({ ...OPEN, key: new Uint8Array(32).fill(7).buffer })
    port.postMessage({ type: 'close' })
    await once(port, 'close')
    expect(new Uint8Array(seen ?? new ArrayBuffer(0))).toEqual(new Uint8Array(32))
  })
})

describe('what can wait', () => {
  /** A port whose idle work has `steps` steps; during the second a call arrives. */
  function idle(steps: number) {
    let done = 0
    const service = served(undefined, {
      workIdly: () => {
        done += 1
        service.ran.push(`step ${done}`)
        if (done === 2) service.port.postMessage(call(9, 'late'))
        return done < steps ? 0 : null
      },
    })
    return service
  }

  it('is done step by step once nobody calls, and a call waits for one step at most', async () => {
    const { port, ran } = idle(4)
    port.postMessage(OPEN)
    port.postMessage(call(1, 'first'))
    await expect.poll(() => ran.length, { timeout: 5000 }).toBe(6)
    expect(ran).toEqual(['first', 'step 1', 'step 2', 'late', 'step 3', 'step 4'])
  })

  it('is done now and then while calls come without a pause', async () => {
    const { port, ran } = idle(1)
    port.postMessage(OPEN)
    const calling = setInterval(() => port.postMessage(call(1, 'call')), 20)
    onTestFinished(() => clearInterval(calling))
    await expect.poll(() => ran.includes('step 1'), { timeout: 5000 }).toBe(true)
  })

  it('is left when the history is closed, and not begun where none is open', async () => {
    const { port, ran } = idle(1000)
    port.postMessage(call(1, 'too early'))
    port.postMessage(OPEN)
    await expect.poll(() => ran.includes('step 1'), { timeout: 5000 }).toBe(true)
    port.postMessage({ type: 'close' })
    await once(port, 'close')
    const closedAt = ran.indexOf('closed')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(closedAt).toBe(ran.length - 1)
  })
})
