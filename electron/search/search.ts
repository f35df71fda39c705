/** Search as main sees it: promises answered by a worker thread that is started when first needed. */
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode, fromWireError } from '../../shared/errors.ts'
import type { FindMessagesArgs, FoundMessages } from '../history/index/find-messages.ts'
import type { FromSearch, ToSearch } from './search-protocol.ts'

export interface SearchWorkerOptions {
  /** Of the bundled `search-worker.ts`; a string is a path. */
  workerUrl: URL | string
  /** The history file. */
  file: string
  /** 32 bytes; copied. */
  key: Uint8Array
  nativeBinding?: string | undefined
  /** Called after each search with its name and, if it failed, the code; never with what was searched for. */
  onEnd?: ((name: string, code: ErrorCode | undefined, elapsedMs: number) => void) | undefined
  /** How long a search that was cancelled may take to notice, in milliseconds, before its thread is ended. */
  patienceMs?: number
}

export interface SearchWorker {
  /**
   * Searches run one after the other. Aborting `signal` rejects with `cancelled` at once and stops the search wherever it
   * is. Otherwise rejects with what the search threw, or `history-unavailable` when the thread is lost.
   */
  findMessages(args: FindMessagesArgs, signal: AbortSignal): Promise<FoundMessages>
  /** Cancels what runs and ends the thread. */
  close(): Promise<void>
}

interface Call {
  args: FindMessagesArgs
  /** See `ToSearch`. */
  cancelled: SharedArrayBuffer
  resolve(value: FoundMessages): void
  reject(error: AppError): void
}

const PATIENCE_MS = 500

export function startSearchWorker(options: SearchWorkerOptions): SearchWorker {
  const key = new Uint8Array(options.key)
  const calls = new Map<number, Call>()
  let worker: Worker | undefined
  let lastCall = 0
  let closed = false

  const post = (message: ToSearch, transfer: ArrayBuffer[] = []): void => worker?.postMessage(message, transfer)

  function start(): void {
    const started = new Worker(options.workerUrl, { name: 'search' })
    worker = started
    started.on('message', settle)
    // A thread that fails also exits; without a listener its error would end the app.
    started.on('error', () => undefined)
    started.once('exit', () => lose(started))
    const copy = new Uint8Array(key).buffer
    post({ type: 'open', file: options.file, key: copy, nativeBinding: options.nativeBinding }, [copy])
    for (const [call, { args, cancelled }] of calls) post({ type: 'find', call, args, cancelled })
  }

  function settle(answer: FromSearch): void {
    options.onEnd?.('findMessages', answer.ok || isCancelled(answer) ? undefined : answer.error.code, answer.elapsedMs)
    const call = calls.get(answer.call)
    calls.delete(answer.call)
    if (answer.ok) call?.resolve(answer.value)
    else call?.reject(fromWireError(answer.error))
  }

  function lose(lost: Worker): void {
    if (worker !== lost) return
    worker = undefined
    for (const { reject } of calls.values()) reject(unavailable())
    calls.clear()
  }

  function cancel(call: number, { cancelled, reject }: Call): void {
    if (!calls.has(call)) return
    Atomics.store(new Int32Array(cancelled), 0, 1)
    reject(new AppError('cancelled', 'The search was cancelled.'))
    // What looks at no message asks nothing: a phrase of frequent words that stands nowhere.
    setTimeout(giveUpOn, options.patienceMs ?? PATIENCE_MS, call).unref()
  }

  /** Searches that wait behind it are done by a new thread. */
  function giveUpOn(call: number): void {
    if (!calls.delete(call)) return
    const stuck = worker
    worker = undefined
    void stuck?.terminate()
    if (calls.size > 0) start()
  }

  return {
    async findMessages(args, signal) {
      if (closed) throw unavailable()
      if (signal.aborted) throw new AppError('cancelled', 'The search was cancelled.')
      lastCall += 1
      const number = lastCall
      const { promise, resolve, reject } = withResolvers<FoundMessages>()
      const call: Call = { args, cancelled: new SharedArrayBuffer(4), resolve, reject }
      calls.set(number, call)
      const onAbort = (): void => cancel(number, call)
      signal.addEventListener('abort', onAbort)
      if (worker) post({ type: 'find', call: number, args, cancelled: call.cancelled })
      else start()
      try {
        return await promise
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    async close() {
      closed = true
      const ending = worker
      for (const [number, call] of calls) cancel(number, call)
      if (ending) lose(ending)
      await ending?.terminate()
      key.fill(0)
    },
  }
}

function isCancelled(answer: FromSearch): boolean {
  return !answer.ok && answer.error.code === 'cancelled'
}

function unavailable(): AppError {
  const message = 'The part of Alcove that searches stopped. Your history is safe; try again.'
  return new AppError('history-unavailable', message, { retryable: true })
}

/** Node 20 has no `Promise.withResolvers`. */
function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => undefined
  let reject: (error: AppError) => void = () => undefined
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
