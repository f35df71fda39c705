/** Exports and imports as main sees them: streams of progress from a worker thread that is started when first needed. */
import { Worker } from 'node:worker_threads'
import { v7 as uuid } from 'uuid'
import { AppError, type ErrorCode, fromWireError, toWireError } from '../../shared/errors.ts'
import type { History } from '../history/history.ts'
import type {
  BulkJob,
  ExportPart,
  ExportScope,
  FromBulk,
  ImportPart,
  ReadPart,
  SalvagePart,
  ToBulk,
} from './bulk-protocol.ts'
import type { ReadArgs, ReadName, ReadValue } from './bulk-reads.ts'
import { importCalls } from './import-history.ts'

export interface BulkWorkerOptions {
  /** Of the bundled `bulk-worker.ts`; a string is a path. */
  workerUrl: URL | string
  /** The history file. */
  file: string
  /** 32 bytes; copied. */
  key: Uint8Array
  nativeBinding?: string | undefined
  /** Called with the name of a read, or `export` or `import`, and the code of its failure if it failed. */
  onEnd?: ((name: string, code: ErrorCode | undefined, elapsedMs: number) => void) | undefined
}

export interface BulkWorker {
  /**
   * Ends after 'export-end'. Aborting `signal`, or leaving the loop, cancels: the stream ends (throwing 'cancelled' only
   * to who still listens), no file is written, and what was at `path` is as it was.
   */
  exportTo(args: {
    path: string
    scope: ExportScope
    format: string
    compact: boolean
    signal: AbortSignal
  }): AsyncGenerator<ExportPart>
  /** Ends after 'import-end', also when cancelled: its report tells what is in. `history` does the writing. */
  importFrom(args: { path: string; signal: AbortSignal; history: History }): AsyncGenerator<ImportPart>
  /** Ends after 'salvage-end'. Only while nothing else has the history open; leaving the loop cancels. */
  salvage(args: { signal: AbortSignal }): AsyncGenerator<SalvagePart>
  /** Answers with one value, after the jobs before it; cannot be cancelled. Throws what the read throws. */
  read<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadValue<N>>
  /** Cancels what runs, waits until its temporary files are gone, then ends the thread. */
  close(): Promise<void>
}

interface Job {
  receive: (message: Extract<FromBulk, { type: 'part' | 'end' }>) => void
  history: History | null
}

type Part = ExportPart | ImportPart | SalvagePart | ReadPart

export function startBulkWorker(options: BulkWorkerOptions): BulkWorker {
  const key = new Uint8Array(options.key)
  const jobs = new Map<number, Job>()
  const running = new Set<Promise<void>>()
  let worker: Worker | undefined
  let lastJob = 0
  let closed = false

  /** To the thread that runs, if one does: only a new job may start one. */
  function post(message: ToBulk): void {
    worker?.postMessage(message)
  }

  function startWorker(): Worker {
    const started = new Worker(options.workerUrl, { name: 'bulk' })
    const copy = new Uint8Array(key).buffer
    started.on('message', accept)
    // A thread that fails also exits; without a listener its error would end the app.
    started.on('error', () => undefined)
    started.once('exit', () => lose(started))
    const { file, nativeBinding } = options
    started.postMessage({ type: 'open', file, key: copy, nativeBinding } satisfies ToBulk, [copy])
    return started
  }

  function accept(message: FromBulk): void {
    const job = jobs.get(message.job)
    if (message.type === 'call') void answer(job?.history ?? null, message)
    else job?.receive(message)
  }

  async function answer(
    history: History | null,
    { call, name, args }: Extract<FromBulk, { type: 'call' }>,
  ): Promise<void> {
    try {
      if (!history || !importCalls.has(name)) throw new Error('not a call of an import')
      const run = history[name as keyof History] as (args: unknown) => Promise<unknown>
      post({ type: 'answer', call, ok: true, value: await run(args) })
    } catch (error) {
      post({ type: 'answer', call, ok: false, error: toWireError(error) })
    }
  }

  /** The next job starts a new thread; those of the lost one fail. */
  function lose(lost: Worker): void {
    if (worker === lost) worker = undefined
    const message = 'The part of Alcove that reads and writes files stopped. Your history is safe; try again.'
    const error = toWireError(new AppError('history-unavailable', message, { retryable: true }))
    for (const [job, { receive }] of jobs) receive({ type: 'end', job, error })
  }

  async function* run(work: BulkJob, signal: AbortSignal, history: History | null): AsyncGenerator<Part> {
    if (closed) throw new AppError('history-unavailable', 'The history is closed. Restart Alcove to open it again.')
    lastJob += 1
    const job = lastJob
    const parts: Part[] = []
    const start = performance.now()
    let end: { error: AppError | null } | undefined
    let wake = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      const receive: Job['receive'] = (message) => {
        if (message.type === 'part') parts.push(message.part)
        else {
          end = { error: message.error && fromWireError(message.error) }
          jobs.delete(job)
          const name = work.type === 'read' ? work.name : work.type
          options.onEnd?.(name, message.error?.code, performance.now() - start)
          resolve()
        }
        wake()
      }
      jobs.set(job, { receive, history })
    })
    running.add(ended)
    void ended.then(() => running.delete(ended))
    const cancel = (): void => {
      if (!end) post({ type: 'cancel', job })
    }
    signal.addEventListener('abort', cancel)
    try {
      worker ??= startWorker()
      post({ type: 'start', job, work })
      if (signal.aborted) cancel()
      for (;;) {
        for (let part = parts.shift(); part; part = parts.shift()) yield part
        if (end) break
        await new Promise<void>((resolve) => {
          wake = resolve
          if (parts.length > 0 || end) resolve()
        })
      }
      if (end.error) throw end.error
    } finally {
      signal.removeEventListener('abort', cancel)
      cancel()
    }
  }

  return {
    exportTo: ({ signal, ...work }) => run({ type: 'export', ...work }, signal, null) as AsyncGenerator<ExportPart>,
    async *importFrom({ path, signal, history }) {
      for await (const part of run({ type: 'import', path }, signal, history) as AsyncGenerator<ImportPart>) {
        if (part.type === 'import-end') {
          await history.recordImport({ id: uuid(), fileName: part.fileName, report: part.report, now: Date.now() })
        }
        yield part
      }
    },
    salvage: ({ signal }) => run({ type: 'salvage' }, signal, null) as AsyncGenerator<SalvagePart>,
    async read(name, args) {
      let value: unknown
      const parts = run({ type: 'read', name, args }, new AbortController().signal, null) as AsyncGenerator<ReadPart>
      for await (const part of parts) value = part.value
      return value as ReadValue<typeof name>
    },
    async close() {
      closed = true
      for (const job of jobs.keys()) post({ type: 'cancel', job })
      await Promise.all(running)
      await worker?.terminate()
      key.fill(0)
    },
  }
}
