import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { toWireError } from '../../shared/errors.ts'
import type { CallMessage, FromWorker, Opened, OpenMessage, ToWorker } from './worker-protocol.ts'

/** What the calls of a port are answered with. */
export interface Service<Connection> {
  open(message: OpenMessage): Connection
  describe(connection: Connection): Opened
  run(connection: Connection, name: string, args: unknown): unknown
  /** Calls that are served only while no other call waits. */
  isBulk(name: string): boolean
  close(connection: Connection): void
}

/** Serves one port until it is told to close: calls in order, except that bulk ones let every other one pass. */
export function serveCalls<Connection>(port: MessagePort, service: Service<Connection>): void {
  const interactive: CallMessage[] = []
  const bulk: CallMessage[] = []
  let connection: Connection | undefined
  let closing = false
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

  /** Looks for new calls between any two, so that one that a person waits for never stands behind bulk work. */
  function drain(): void {
    while (connection !== undefined) {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) accept(next.message)
      const call = interactive.shift() ?? bulk.shift()
      if (!call) break
      post(answer(service, connection, call))
    }
    if (!closing) return
    if (connection !== undefined) service.close(connection)
    port.close()
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
    return { ...head(), ok: false, error: toWireError(error) }
  }
}
