import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type MessagePortMain } from 'electron'
import { contract } from '../../shared/contract.ts'
import type { Answer, CallName, StreamMessage, StreamName } from '../../shared/contract-types.ts'
import { AppError, toWireError } from '../../shared/errors.ts'
import { log } from '../log.ts'
import type { CallHandlers, StreamHandlers } from './handler-types.ts'

interface Registration {
  calls: CallHandlers
  streams: StreamHandlers
  /** Whether a message comes from the main frame of our own window. */
  isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean
}

/**
 * Opens the `call` and `stream` envelopes: trust, then name, then shape, then the handler, then the answer envelope.
 * Closing a stream's port, also by a reload or crash of the window, aborts its signal.
 */
export function registerIpc({ calls, streams, isTrusted }: Registration): void {
  ipcMain.handle('call', async (event, name: unknown, input: unknown): Promise<Answer> => {
    try {
      if (!isTrusted(event)) throw refused('This page may not talk to Alcove.')
      const callName = ownName(contract.calls, name)
      const handler = calls[callName] as (input: unknown) => unknown
      return { ok: true, value: await handler(parse(contract.calls[callName].input, input)) }
    } catch (error) {
      return { ok: false, error: toWire(error, name) }
    }
  })

  ipcMain.on('stream', (event, message: unknown) => {
    const port = event.ports[0]
    if (!port) return
    void serveStream(port, () => {
      if (!isTrusted(event)) throw refused('This page may not talk to Alcove.')
      const { name, input } = (message ?? {}) as { name?: unknown; input?: unknown }
      const streamName = ownName(contract.streams, name)
      const handler = streams[streamName] as (input: unknown, signal: AbortSignal) => AsyncIterable<unknown>
      const parsed = parse(contract.streams[streamName].input, input)
      return { name: streamName, open: (signal: AbortSignal) => handler(parsed, signal) }
    })
  })
}

interface OpenedStream {
  name: StreamName
  open(signal: AbortSignal): AsyncIterable<unknown>
}

async function serveStream(port: MessagePortMain, prepare: () => OpenedStream): Promise<void> {
  const controller = new AbortController()
  port.on('close', () => controller.abort())
  port.start()
  const post = (message: StreamMessage) => {
    if (!controller.signal.aborted) port.postMessage(message)
  }
  let name: unknown
  try {
    const stream = prepare()
    name = stream.name
    for await (const value of stream.open(controller.signal)) {
      if (controller.signal.aborted) break
      post({ ok: true, value })
    }
    post({ ok: true, end: true })
  } catch (error) {
    if (!controller.signal.aborted) post({ ok: false, error: toWire(error, name) })
  } finally {
    port.close()
  }
}

function ownName<T extends object>(table: T, name: unknown): Extract<keyof T, CallName | StreamName> {
  if (typeof name !== 'string' || !Object.hasOwn(table, name)) throw refused('Alcove does not know this request.')
  return name as Extract<keyof T, CallName | StreamName>
}

interface Schema {
  safeParse(input: unknown): { success: true; data: unknown } | { success: false; error: unknown }
}

function parse(schema: Schema, input: unknown): unknown {
  const parsed = schema.safeParse(input)
  if (!parsed.success)
    throw new AppError('invalid-request', 'This request is not well formed.', { cause: parsed.error })
  return parsed.data
}

function refused(message: string): AppError {
  return new AppError('invalid-request', message)
}

function toWire(error: unknown, name: unknown) {
  if (!(error instanceof AppError)) log.exception(`handler of ${String(name)}`, error)
  return toWireError(error)
}
