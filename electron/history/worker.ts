/** The thread that owns the one writing connection: a durable write may take half a second, and no window may wait for it. */
import { parentPort } from 'node:worker_threads'
import { bulkFunctions, type FunctionName, functions } from './functions.ts'
import { type OpenFile, openReadable } from './open-readable.ts'
import { serveCalls } from './serve-calls.ts'
import { fromSqliteError } from './sqlite-errors.ts'
import type { FromWorker } from './worker-protocol.ts'

type Run = (db: OpenFile['db'], args: unknown) => unknown

if (!parentPort) throw new Error('the history worker runs as a worker thread only')

const port = parentPort
const tellUpdate = (): void => port.postMessage({ type: 'updating' } satisfies FromWorker)

serveCalls<OpenFile>(port, {
  open: ({ file, key, nativeBinding }) =>
    openReadable({ file, key: new Uint8Array(key), nativeBinding, onUpdate: tellUpdate }),
  describe: ({ file, readOnly }) => ({ file, readOnly }),
  run({ db }, name, args) {
    try {
      return (functions[name as FunctionName] as Run)(db, args)
    } catch (error) {
      throw fromSqliteError(error)
    }
  },
  isBulk: (name) => bulkFunctions.has(name as FunctionName),
  close: (open) => open.close(),
})
