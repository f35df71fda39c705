/** The history as the rest of main sees it: the functions of `functions.ts`, answered by a worker thread. */
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode, fromWireError } from '../../shared/errors.ts'
import { type FunctionName, functions } from './functions.ts'
import type { Answer, FromWorker, Opened, ToWorker } from './worker-protocol.ts'

type Functions = typeof functions

export type History = {
  [N in FunctionName]: (args: Parameters<Functions[N]>[1]) => Promise<ReturnType<Functions[N]>>
} & {
  readonly opened: Opened
  /** Answers what was called before, then closes the file. Calls made later are refused. */
  close(): Promise<void>
}

export interface OpenHistoryOptions {
  file: string
  /** 32 bytes; copied, so that the caller may wipe its own. */
  key: Uint8Array
  nativeBinding?: string | undefined
  /** Of the bundled `worker.ts`; a string is a path. */
  workerUrl: URL | string
  /** Called with the name of a function that took longer than `SLOW_MS`; never with what it was given. */
  onSlow?: ((name: FunctionName, elapsedMs: number) => void) | undefined
  /** Called with the name of a function that failed, the code of its error and that of the error's cause. */
  onFailed?:
    | ((name: FunctionName | 'idleWork', code: ErrorCode, elapsedMs: number, detail?: string) => void)
    | undefined
  /** Called while opening takes longer because an older file is brought to the newest form. */
  onUpdating?: (() => void) | undefined
  /** Called once when the worker ends without having been asked to. */
  onLost?: ((error: AppError) => void) | undefined
}

const SLOW_MS = 40

type Post = (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void

/**
 * Starts the worker and opens the file in it. Rejects with the code that says why it cannot be opened. Every call
 * rejects with an `AppError` only: what the function threw, or `history-unavailable` once the worker has ended.
 */
export async function openHistory(options: OpenHistoryOptions): Promise<History> {
  const worker = new Worker(options.workerUrl, { name: 'history' })
  const post: Post = (message, transfer = []) => worker.postMessage(message, transfer)
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const calls = trackCalls(post, options)
  const key = new Uint8Array(options.key).buffer
  try {
    const opened = await new Promise<Opened>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'answer') calls.settle(message)
        else if (message.type === 'updating') options.onUpdating?.()
        else if (message.type === 'idle-work-failed') options.onFailed?.('idleWork', message.error.code, 0)
        else if (message.ok) resolve(message.opened)
        else reject(fromWireError(message.error))
      })
      worker.once('error', (cause) => {
        calls.fail(unavailable(cause))
        reject(unavailable(cause))
      })
      worker.once('exit', (code) => {
        calls.fail(unavailable(new Error(`the history worker ended with code ${code}`)))
        reject(unavailable())
      })
      post({ type: 'open', file: options.file, key, nativeBinding: options.nativeBinding }, [key])
    })
    const close = async (): Promise<void> => {
      calls.close()
      await ended
    }
    return { ...calls.functions, opened, close }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

interface Waiting {
  name: FunctionName
  resolve: (value: unknown) => void
  reject: (error: AppError) => void
}

/** Numbers the calls and gives each its answer. */
function trackCalls(post: Post, { onSlow, onFailed, onLost }: OpenHistoryOptions) {
  const waiting = new Map<number, Waiting>()
  let last = 0
  /** Why nothing more can be called. */
  let refusal: AppError | undefined

  function call(name: FunctionName, args: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (refusal) {
        reject(refusal)
        return
      }
      last += 1
      waiting.set(last, { name, resolve, reject })
      post({ type: 'call', call: last, name, args })
    })
  }

  function settle(answer: Answer): void {
    const caller = waiting.get(answer.call)
    waiting.delete(answer.call)
    if (!caller) return
    if (answer.elapsedMs > SLOW_MS) onSlow?.(caller.name, answer.elapsedMs)
    if (answer.ok) {
      caller.resolve(answer.value)
      return
    }
    onFailed?.(caller.name, answer.error.code, answer.elapsedMs, answer.detail)
    caller.reject(fromWireError(answer.error))
  }

  function fail(error: AppError): void {
    if (!refusal) onLost?.(error)
    refusal ??= error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function close(): void {
    if (refusal) return
    refusal = new AppError('history-unavailable', 'The history is closed. Restart Alcove to open it again.')
    post({ type: 'close' })
  }

  const names = Object.keys(functions) as FunctionName[]
  const entries = names.map((name) => [name, (args: unknown) => call(name, args)] as const)
  return { functions: Object.fromEntries(entries) as unknown as Omit<History, 'close' | 'opened'>, settle, fail, close }
}

function unavailable(cause?: unknown): AppError {
  const message = 'The part of Alcove that keeps the history stopped. What was saved is safe; restart Alcove.'
  return new AppError('history-unavailable', message, { cause, retryable: true })
}
