/** The thread for long reading: exports, and the parsing of imports. It never writes the history itself. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { fromWireError, toWireError } from '../../shared/errors.ts'
import { salvage } from '../history/salvage/salvage.ts'
import type { BulkJob, BulkOpenMessage, FromBulk, ToBulk } from './bulk-protocol.ts'
import { readHistory } from './bulk-reads.ts'
import { exportFile } from './export-file.ts'
import { importFile } from './import-file.ts'
import { type ImportHistory, importCalls } from './import-history.ts'
import { everyTenthOfASecond } from './progress.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
}

function serve(port: MessagePort): void {
  const cancels = new Map<number, AbortController>()
  const waiting = new Map<number, Waiting>()
  let opened: { file: string; key: Uint8Array; nativeBinding: string | undefined } | undefined
  let lastCall = 0
  /** One job after the other: two imports would take the same places, two exports the same temporary file. */
  let queue: Promise<void> = Promise.resolve()
  const post = (message: FromBulk): void => port.postMessage(message)

  function historyFor(job: number): ImportHistory {
    const call = (name: string) => (args: unknown) =>
      new Promise((resolve, reject) => {
        lastCall += 1
        waiting.set(lastCall, { resolve, reject })
        post({ type: 'call', job, call: lastCall, name, args })
      })
    return Object.fromEntries([...importCalls].map((name) => [name, call(name)])) as unknown as ImportHistory
  }

  async function run(job: number, work: BulkJob, signal: AbortSignal): Promise<void> {
    try {
      if (work.type === 'export') await runExport(job, work, signal)
      else if (work.type === 'import') await runImport(job, work, signal)
      else if (work.type === 'salvage') await runSalvage(job, signal)
      else runRead(job, work)
      post({ type: 'end', job, error: null })
    } catch (error) {
      post({ type: 'end', job, error: toWireError(error) })
    } finally {
      cancels.delete(job)
    }
  }

  async function runExport(
    job: number,
    work: Extract<BulkJob, { type: 'export' }>,
    signal: AbortSignal,
  ): Promise<void> {
    if (!opened) throw new Error('the bulk worker was not opened')
    await exportFile({ history: opened, ...work, signal, onPart: (part) => post({ type: 'part', job, part }) })
  }

  function runRead(job: number, { name, args }: Extract<BulkJob, { type: 'read' }>): void {
    if (!opened) throw new Error('the bulk worker was not opened')
    post({ type: 'part', job, part: { type: 'read-end', value: readHistory(opened, name, args) } })
  }

  /** The one job that needs the history to be closed everywhere else. */
  async function runSalvage(job: number, signal: AbortSignal): Promise<void> {
    if (!opened) throw new Error('the bulk worker was not opened')
    const tell = everyTenthOfASecond()
    const onProgress = (progress: { pages: number; total: number }) =>
      tell(() => post({ type: 'part', job, part: { type: 'salvage-progress', ...progress } }))
    const report = await salvage({ ...opened, signal, onProgress })
    post({ type: 'part', job, part: { type: 'salvage-end', report } })
  }

  async function runImport(job: number, { path }: { path: string }, signal: AbortSignal): Promise<void> {
    const fileName = basename(path)
    const sizeBytes = await stat(path).then(
      (found) => found.size,
      () => 0,
    )
    post({ type: 'part', job, part: { type: 'import-start', fileName, sizeBytes } })
    const tell = everyTenthOfASecond()
    const report = await importFile({
      path,
      history: historyFor(job),
      signal,
      onProgress: (progress) => tell(() => post({ type: 'part', job, part: { type: 'import-progress', ...progress } })),
    })
    post({ type: 'part', job, part: { type: 'import-end', fileName, report } })
  }

  function accept(message: ToBulk): void {
    switch (message.type) {
      case 'open':
        opened = open(message)
        break
      case 'start': {
        const cancel = new AbortController()
        cancels.set(message.job, cancel)
        queue = queue.then(() => run(message.job, message.work, cancel.signal))
        break
      }
      case 'cancel':
        cancels.get(message.job)?.abort()
        break
      case 'answer': {
        const caller = waiting.get(message.call)
        waiting.delete(message.call)
        if (message.ok) caller?.resolve(message.value)
        else caller?.reject(fromWireError(message.error))
        break
      }
    }
  }

  port.on('message', accept)
}

function open({ file, key, nativeBinding }: BulkOpenMessage) {
  return { file, key: new Uint8Array(key), nativeBinding }
}

if (parentPort) serve(parentPort)
