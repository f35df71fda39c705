/** The thread that owns the one writing connection: a durable write may take half a second, and no window may wait for it. */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { toWireError } from '../../shared/errors.ts'
import type { Database } from './database.ts'
import { bulkFunctions, functions } from './functions.ts'
import { openHistoryFile } from './open-history-file.ts'
import { fromSqliteError } from './sqlite-errors.ts'
import type { CallMessage, FromWorker, OpenMessage, ToWorker } from './worker-protocol.ts'

type Run = (db: Database, args: unknown) => unknown

function serve(port: MessagePort): void {
  const interactive: CallMessage[] = []
  const bulk: CallMessage[] = []
  let db: Database | undefined
  let closing = false
  const post = (message: FromWorker): void => port.postMessage(message)

  function accept(message: ToWorker): void {
    if (message.type === 'open') db = open(message, post)
    else if (message.type === 'close') closing = true
    else (bulkFunctions.has(message.name) ? bulk : interactive).push(message)
  }

  /** Between any two calls it looks for new ones, so that a call that a person waits for never stands behind bulk work. */
  function drain(): void {
    for (;;) {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) accept(next.message)
      const call = interactive.shift() ?? bulk.shift()
      if (!call || !db) break
      post(answer(db, call))
    }
    if (!closing) return
    db?.close()
    port.close()
  }

  port.on('message', (message: ToWorker) => {
    accept(message)
    drain()
  })
}

function open(message: OpenMessage, post: (message: FromWorker) => void): Database | undefined {
  const key = new Uint8Array(message.key)
  try {
    const { db, interrupted } = openHistoryFile({ ...message, key, now: Date.now() })
    post({ type: 'opened', ok: true, interrupted })
    return db
  } catch (error) {
    post({ type: 'opened', ok: false, error: toWireError(fromSqliteError(error)) })
    return undefined
  } finally {
    key.fill(0)
  }
}

function answer(db: Database, { call, name, args }: CallMessage): FromWorker {
  const start = performance.now()
  try {
    const value = (functions[name] as Run)(db, args)
    return { type: 'answer', call, ok: true, value, elapsedMs: performance.now() - start }
  } catch (error) {
    const wire = toWireError(fromSqliteError(error))
    return { type: 'answer', call, ok: false, error: wire, elapsedMs: performance.now() - start }
  }
}

if (parentPort) serve(parentPort)
