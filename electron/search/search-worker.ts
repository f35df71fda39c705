/** The thread that searches: on a connection of its own, so that a long search keeps nobody from writing. */
import { type MessagePort, parentPort } from 'node:worker_threads'
import { AppError, toWireError } from '../../shared/errors.ts'
import { type Database, openDatabase } from '../history/database.ts'
import { findMessages } from '../history/index/find-messages.ts'
import { fromSqliteError } from '../history/sqlite-errors.ts'
import type { FromSearch, ToSearch } from './search-protocol.ts'

const CACHE_MIB = 16

function serve(port: MessagePort): void {
  let db: Database | undefined
  /** Why there is no connection. */
  let refusal: unknown = new AppError('history-unavailable', 'The history is not open.')

  function open({ file, key, nativeBinding }: Extract<ToSearch, { type: 'open' }>): void {
    try {
      db = openDatabase({ file, key: new Uint8Array(key), nativeBinding, readonly: true, cacheMiB: CACHE_MIB })
    } catch (error) {
      refusal = error
    } finally {
      new Uint8Array(key).fill(0)
    }
  }

  function find({ call, args, cancelled }: Extract<ToSearch, { type: 'find' }>): FromSearch {
    const start = performance.now()
    const flag = new Int32Array(cancelled)
    const head = () => ({ type: 'answer' as const, call, elapsedMs: performance.now() - start })
    const keepGoing = () => Atomics.load(flag, 0) === 0
    try {
      if (!db) throw refusal
      // Cancelled while it waited for the search before it.
      if (!keepGoing()) throw new AppError('cancelled', 'The search was cancelled.')
      const value = findMessages(db, args, { keepGoing })
      return { ...head(), ok: true, value }
    } catch (error) {
      return { ...head(), ok: false, error: toWireError(fromSqliteError(error)) }
    }
  }

  port.on('message', (message: ToSearch) => {
    if (message.type === 'open') open(message)
    else port.postMessage(find(message))
  })
}

if (parentPort) serve(parentPort)
