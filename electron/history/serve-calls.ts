import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { AppError, toWireError } from '../../shared/errors.ts'
import type { CallMessage, FromWorker, Opened, OpenMessage, ToWorker } from './worker-protocol.ts'

/** What the calls of a port are answered with. */
export interface Service<Connection> {
  open(message: OpenMessage): Connection
  describe(connection: Connection): Opened
  run(connection: Connection, name: string, args: unknown): unknown
  /** Calls that are served only while no other call waits. */
  isBulk(name: string): boolean
  /**
   * Does a little of what can wait, in a few milliseconds. Returns how many milliseconds to wait before there is more to
   * do, null when there is nothing more. Never throws.
   */
  workIdly(connection: Connection): number | null
  close(connection: Connection): void
}

/**
 * How long no call may have come before what can wait is begun, and how long it may wait at most: a reply that is being
 * written calls five times a second.
 */
const QUIET_MS = 120
const PATIENCE_MS = 500

/** Serves one port until it is told to close: calls in order, except that bulk ones let every other one pass. */
export function serveCalls<Connection>(port: MessagePort, service: Service<Connection>): void {
  const interactive: CallMessage[] = []
  const bulk: CallMessage[] = []
  let connection: Connection | undefined
  let closing = false
  let idle: NodeJS.Timeout | undefined
  let idleSince: number | undefined
  const post = (message: FromWorker): void => port.postMessage(message)

  function accept(message: ToWorker): void {
    if (message.type === 'open') connection = open(message)
    else if (message.type === 'close') closing = true
    else (service.isBulk(message.name) ? bulk : interactive).push(message)
  }

  function open(message: OpenMessage): Connection | undefined {
    try {
      const opened = service.open(message)
      post({ type: 'opened', ok: true, opened: service.describe(opened) })
      return opened
    } catch (error) {
      post({ type: 'opened', ok: false, error: toWireError(error) })
      return undefined
    } finally {
      new Uint8Array(message.key).fill(0)
    }
  }

  function acceptWaiting(): void {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) accept(next.message)
  }

  /** Looks for new calls between any two, so that one that a person waits for never stands behind bulk work. */
  function drain(): void {
    while (connection !== undefined) {
      acceptWaiting()
      const call = interactive.shift() ?? bulk.shift()
      if (!call) break
      post(answer(service, connection, call))
    }
    if (!closing) {
      awaitIdleness()
      return
    }
    clearTimeout(idle)
    if (connection !== undefined) service.close(connection)
    port.close()
  }

  function awaitIdleness(): void {
    idleSince ??= performance.now()
    const waited = performance.now() - idleSince
    clearTimeout(idle)
    idle = setTimeout(workIdly, Math.max(0, Math.min(QUIET_MS, PATIENCE_MS - waited)))
  }

  /** One step between any two looks for new calls, so that a call waits for one step at most. */
  function workIdly(): void {
    idleSince = undefined
    acceptWaiting()
    if (closing || interactive.length + bulk.length > 0) {
      drain()
      return
    }
    if (connection === undefined) return
    const pauseMs = service.workIdly(connection)
    if (pauseMs !== null) idle = setTimeout(workIdly, pauseMs)
  }

  port.on('message', (message: ToWorker) => {
    accept(message)
    drain()
  })
}

function answer<Connection>(service: Service<Connection>, connection: Connection, call: CallMessage): FromWorker {
  const start = performance.now()
  const head = () => ({ type: 'answer' as const, call: call.call, elapsedMs: performance.now() - start })
  try {
    const value = service.run(connection, call.name, call.args)
    return { ...head(), ok: true, value }
  } catch (error) {
    return { ...head(), ok: false, error: toWireError(error), detail: causeCode(error) }
  }
}

function causeCode(error: unknown): string | undefined {
  const cause = error instanceof AppError ? error.cause : error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}
