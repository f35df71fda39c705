/** The thread that owns the one writing connection: a durable write may take half a second, and no window may wait for it. */
import path from 'node:path'
import { parentPort } from 'node:worker_threads'
import { AppError, toWireError } from '../../shared/errors.ts'
import { keepReserve, NO_RESERVE, type Reserve } from './ballast.ts'
import { refuseUnusable } from './database.ts'
import { bulkFunctions, type FunctionName, functions, reliefs } from './functions.ts'
import { workIdly } from './idle-work.ts'
import { type OpenFile, openReadable } from './open-readable.ts'
import { serveCalls } from './serve-calls.ts'
import { fromDiskError } from './sqlite-errors.ts'
import type { FromWorker } from './worker-protocol.ts'

type Run = (db: OpenFile['db'], args: unknown) => unknown

interface Connection extends OpenFile {
  reserve: Reserve
}

/** Nobody asked for this work, so after a failure (a full disk) it is left alone for a while. */
const REST_MS = 60_000

if (!parentPort) throw new Error('the history worker runs as a worker thread only')

const port = parentPort
const tellUpdate = (): void => port.postMessage({ type: 'updating' } satisfies FromWorker)

serveCalls<Connection>(port, {
  open({ file, key, nativeBinding }) {
    const folder = path.dirname(file)
    const options = { file, key: new Uint8Array(key), nativeBinding, onUpdate: tellUpdate }
    const open = openReadable(options)
    return { ...open, reserve: open.readOnly ? NO_RESERVE : keepReserve(open.db, folder) }
  },
  describe: ({ file, readOnly, notUpdated }) => ({ file, readOnly, notUpdated }),
  run({ db, file, reserve }, name, args) {
    try {
      return reserve.run(reliefs[name as FunctionName], () => (functions[name as FunctionName] as Run)(db, args))
    } catch (error) {
      throw explain(fromDiskError(error), file)
    }
  },
  isBulk: (name) => bulkFunctions.has(name as FunctionName),
  workIdly({ db, readOnly, reserve, file }) {
    if (readOnly) return null
    try {
      return workIdly(db, reserve)
    } catch (error) {
      const cause = explain(fromDiskError(error), file)
      port.postMessage({ type: 'idle-work-failed', error: toWireError(cause) } satisfies FromWorker)
      return REST_MS
    }
  },
  close({ reserve, close }) {
    reserve.close()
    close()
  },
})

/** A failing disk and a folder that is gone or was made read-only look the same to SQLite; the folder itself tells. */
function explain(error: unknown, file: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'history-unavailable') return error
  try {
    refuseUnusable(file)
    return error
  } catch (reason) {
    return reason
  }
}
