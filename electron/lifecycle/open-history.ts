import { existsSync } from 'node:fs'
import path from 'node:path'
import { AppError, type ErrorCode, fromWireError, toWireError, type WireError } from '../../shared/errors.ts'
import type { AppState, HistoryRemedy } from '../../shared/record-types.ts'
import { type History, openHistory } from '../history/history.ts'
import type { KeptKey } from '../keys/history-keys.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { log } from '../log.ts'
import { startBackgroundCheck } from '../salvage/check-in-background.ts'
import { type SearchWorker, startSearchWorker } from '../search/search.ts'
import { type BulkWorker, startBulkWorker } from '../transfer/bulk.ts'
import { type Replying, startReplying } from './start-replying.ts'

type Damage = Extract<AppState['history'], { state: 'open' }>['damage']

/** What works only while the history is open. */
export interface OpenHistory extends Replying {
  history: History
  /** Started at the first export or import. */
  bulk(): BulkWorker
  /** Started at the first search. */
  search(): SearchWorker
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
  /**
   * Opens it with a key that the person brought and keeps that key from then on.
   * @throws AppError why that key does not open it; the stored one is then as it was
   */
  openWithKey(key: Buffer): Promise<void>
  /** Closes the history, runs `work` on its file while nothing has it open, and opens it again, also when `work` fails. */
  whileClosed<Result>(work: () => Promise<Result>): Promise<Result>
  /** Tells the window what the check of the file found. */
  reportDamage(damage: Damage): void
  /** @throws AppError the reason why the history is not open */
  get(): OpenHistory
  /** Interrupts replies, saves everything and closes the file. */
  close(): Promise<void>
}

/** Owns the history's life: opening with the key, telling why it failed, opening again on request, closing. */
export function createHistoryHolder(options: HolderOptions): HistoryHolder {
  let state: AppState['history'] = { state: 'opening', updating: false }
  let open: OpenHistory | undefined
  let readers: { close(): Promise<void> }[] = []
  const turn = oneAtATime()
  const setState = (next: AppState['history']) => {
    state = next
    options.onState(next)
  }
  const setFailed = (error: WireError) => setState({ state: 'failed', error, remedies: remediesFor(error.code) })

  async function openOnce(): Promise<void> {
    // What was only readable may be writable by now.
    await closeFile()
    setState({ state: 'opening', updating: false })
    try {
      setOpen(await options.keys.openWithStoredKey(options.file, openFile))
    } catch (error) {
      log.exception('opening the history', error)
      setFailed(toWireError(error))
    }
  }

  async function openFile(key: Buffer): Promise<void> {
    const common = { file: options.file, nativeBinding: options.nativeBinding }
    const history = await openHistory({
      ...common,
      key: Buffer.from(key),
      workerUrl: workerUrl('history-worker.js'),
      onSlow: log.slow,
      onFailed: log.failed,
      onUpdating: () => setState({ state: 'opening', updating: true }),
      onLost: (error) => log.exception('the history worker', error),
    })
    const { readOnly, file } = history.opened
    const endedUncleanly = !readOnly && (await interruptStreaming(history))
    const replying = startReplying({ history, keys: options.keys, onCount: options.onReplyCount })
    const read = () => ({ ...common, file, key: Buffer.from(key), onEnd: log.ended })
    const bulk = lazily(() => startBulkWorker({ ...read(), workerUrl: workerUrl('bulk-worker.js') }))
    const search = lazily(() => startSearchWorker({ ...read(), workerUrl: workerUrl('search-worker.js') }))
    readers = [bulk, search]
    const check = { history, bulk: bulk.get, endedUncleanly, onDamage: reportDamage, onFailed: log.exception }
    // Closed first of all: it reads through another one.
    if (!readOnly) readers.unshift(startBackgroundCheck(check))
    open = { history, ...replying, bulk: bulk.get, search: search.get }
  }

  function reportDamage(damage: Damage): void {
    if (state.state === 'open') setState({ ...state, damage })
  }

  function setOpen({ protection, backend }: KeptKey): void {
    setState({
      state: 'open',
      keyProtection: protection,
      keyBackend: backend,
      readOnly: open?.history.opened.readOnly ?? false,
      notUpdated: open?.history.opened.notUpdated ?? null,
      damage: null,
    })
  }

  /** The history is open by now, so a key that cannot be kept is told, not fatal. */
  async function keepKey(key: Buffer): Promise<KeptKey> {
    try {
      return await options.keys.adoptHistoryKey(key)
    } catch (error) {
      log.exception('keeping the key of the history', error)
      return { protection: 'none', backend: '' }
    }
  }

  /** A wrong key changes nothing; with a right one the page may still have to say that the file is damaged. */
  async function openBrought(key: Buffer): Promise<void> {
    if (open) throw new AppError('conflict', 'Your history is open already.')
    // An empty history would be made, and a key that opens nothing would be kept.
    if (!existsSync(options.file)) throw noHistory()
    // No state in between: the page that the key was entered on stays until the history is open.
    try {
      await openFile(key)
    } catch (error) {
      const wire = toWireError(error)
      if (wire.code === 'history-corrupt') await keepKey(key)
      if (wire.code !== 'history-key-wrong') setFailed(wire)
      throw error
    }
    setOpen(await keepKey(key))
  }

  async function closeFile(): Promise<void> {
    const closing = open
    const reading = readers
    open = undefined
    readers = []
    await closing?.stopReplying()
    for (const reader of reading) await reader.close()
    await closing?.history.close()
  }

  const workerUrl = (name: string) => path.join(options.bundleFolder, name)

  return {
    state: () => state,
    async open() {
      if (open && !open.history.opened.readOnly) return
      await (turn.over() ?? turn.take(openOnce))
    },
    get() {
      if (open) return open
      throw whyClosed(state)
    },
    close: () => turn.take(closeFile),
    openWithKey: (key) => turn.take(() => openBrought(key)),
    whileClosed: (work) =>
      turn.take(async () => {
        await closeFile()
        setState({ state: 'opening', updating: false })
        try {
          return await work()
        } finally {
          await openOnce()
        }
      }),
    reportDamage,
  }
}

/** A worker that is started when it is first needed. */
function lazily<Reader extends { close(): Promise<void> }>(start: () => Reader) {
  let started: Reader | undefined
  const get = (): Reader => {
    started ??= start()
    return started
  }
  return { get, close: async () => started?.close() }
}

/** Opening, closing and whatever needs the file closed happen one after the other, however each ends. */
function oneAtATime() {
  let last: Promise<void> | undefined
  return {
    /** Undefined while nothing is under way. */
    over: () => last,
    async take<Result>(work: () => Promise<Result>): Promise<Result> {
      const working = (last ?? Promise.resolve()).then(work)
      const mine = working.then(
        () => undefined,
        () => undefined,
      )
      last = mine
      try {
        return await working
      } finally {
        if (last === mine) last = undefined
      }
    },
  }
}

/**
 * True when the last run did not end as it should. A full disk may keep the ends of replies from being written; what was
 * said can be read all the same.
 */
async function interruptStreaming(history: History): Promise<boolean> {
  try {
    const interrupted = await history.interruptStreaming({ now: Date.now() })
    if (interrupted > 0) log.info(`replies interrupted by the last end of the app: ${interrupted}`)
    return interrupted > 0
  } catch (error) {
    log.exception('ending the replies of the last run', error)
    return true
  }
}

function whyClosed(state: AppState['history']): AppError {
  if (state.state === 'failed') return fromWireError(state.error)
  const message = 'Your history is still being opened. Try again in a moment.'
  return new AppError('history-unavailable', message, { retryable: true })
}

function noHistory(): AppError {
  return new AppError(
    'history-unavailable',
    'There is no history in the data folder. Copy the data folder of the other computer to its place, then enter the code.',
  )
}

function remediesFor(code: ErrorCode): HistoryRemedy[] {
  return REMEDIES[code] ?? ['retry']
}

const REMEDIES: Partial<Record<ErrorCode, HistoryRemedy[]>> = {
  'history-key-missing': ['retry', 'recovery-code'],
  'history-key-wrong': ['retry', 'recovery-code'],
  'keyring-missing': ['retry', 'recovery-code'],
  'keyring-locked': ['retry', 'recovery-code'],
  'keyring-changed': ['retry', 'recovery-code'],
  'keyring-wrong': ['retry', 'recovery-code'],
  'keyring-silent': ['retry', 'recovery-code'],
  'history-corrupt': ['salvage', 'retry'],
}
