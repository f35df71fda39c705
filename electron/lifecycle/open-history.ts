import path from 'node:path'
import { AppError, toWireError } from '../../shared/errors.ts'
import type { AppState } from '../../shared/record-types.ts'
import { type History, openHistory } from '../history/history.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { log } from '../log.ts'
import { createReplies, type Replies } from '../replies/replies.ts'
import { type BulkWorker, startBulkWorker } from '../transfer/bulk.ts'

/** What works only while the history is open. */
export interface OpenHistory {
  history: History
  replies: Replies
  /** Started at the first export or import. */
  bulk(): BulkWorker
}

interface HolderOptions {
  file: string
  keys: KeyStore
  /** Folder of the built main bundle, where the workers lie. */
  bundleFolder: string
  /** An SQLite addon for a runtime that the packaged one does not fit; development and tests only. */
  nativeBinding: string | undefined
  onState(state: AppState['history']): void
  onReplyCount(count: number): void
}

export interface HistoryHolder {
  state(): AppState['history']
  /** Opens the history unless it is open; failures become the state, never an exception. */
  open(): Promise<void>
  /** @throws AppError the reason why the history is not open */
  get(): OpenHistory
  /** Interrupts replies, saves everything and closes the file. */
  close(): Promise<void>
}

/** Owns the history's life: opening with the key, telling why it failed, opening again on request, closing. */
export function createHistoryHolder(options: HolderOptions): HistoryHolder {
  let state: AppState['history'] = { state: 'opening' }
  let open: OpenHistory | undefined
  let bulk: BulkWorker | undefined
  let opening: Promise<void> | undefined
  const setState = (next: AppState['history']) => {
    state = next
    options.onState(next)
  }

  async function openOnce(): Promise<void> {
    setState({ state: 'opening' })
    try {
      const { key, protection, backend } = await options.keys.getHistoryKey(options.file)
      const common = { file: options.file, nativeBinding: options.nativeBinding }
      const history = await openHistory({ ...common, key: Buffer.from(key), workerUrl: workerUrl('history-worker.js') })
      const interrupted = await history.interruptStreaming({ now: Date.now() })
      if (interrupted > 0) log.info(`replies interrupted by the last end of the app: ${interrupted}`)
      const replies = createReplies({ history, keys: options.keys, onCount: options.onReplyCount })
      open = {
        history,
        replies,
        bulk: () => {
          bulk ??= startBulkWorker({ ...common, key: Buffer.from(key), workerUrl: workerUrl('bulk-worker.js') })
          return bulk
        },
      }
      setState({ state: 'open', keyProtection: protection, keyBackend: backend })
    } catch (error) {
      log.exception('opening the history', error)
      setState({ state: 'failed', error: toWireError(error) })
    }
  }

  const workerUrl = (name: string) => path.join(options.bundleFolder, name)

  return {
    state: () => state,
    open() {
      if (open) return Promise.resolve()
      opening ??= openOnce().finally(() => {
        opening = undefined
      })
      return opening
    },
    get() {
      if (open) return open
      if (state.state === 'failed')
        throw new AppError(state.error.code, state.error.message, { retryable: state.error.retryable })
      throw new AppError('history-unavailable', 'Your history is still being opened. Try again in a moment.', {
        retryable: true,
      })
    },
    async close() {
      await opening
      const closing = open
      open = undefined
      await closing?.replies.interruptAll()
      await bulk?.close()
      await closing?.history.close()
    },
  }
}
