/** The thread that owns the one writing connection: a durable write may take half a second, and no window may wait for it. */
import { parentPort } from 'node:worker_threads'
import type { Database } from './database.ts'
import { bulkFunctions, type FunctionName, functions } from './functions.ts'
import { openHistoryFile } from './open-history-file.ts'
import { serveCalls } from './serve-calls.ts'
import { fromSqliteError } from './sqlite-errors.ts'

type Run = (db: Database, args: unknown) => unknown

if (!parentPort) throw new Error('the history worker runs as a worker thread only')

serveCalls<Database>(parentPort, {
  open: ({ file, key, nativeBinding }) => openHistoryFile({ file, key: new Uint8Array(key), nativeBinding }),
  run(db, name, args) {
    try {
      return (functions[name as FunctionName] as Run)(db, args)
    } catch (error) {
      throw fromSqliteError(error)
    }
  },
  isBulk: (name) => bulkFunctions.has(name as FunctionName),
  close: (db) => db.close(),
})
