import type {
  Bridge,
  CallInput,
  CallName,
  CallOutput,
  PushName,
  PushPayload,
  StreamInput,
  StreamName,
  StreamPart,
} from '../shared/contract-types.ts'
import { fromWireError } from '../shared/errors.ts'

declare global {
  interface Window {
    readonly bridge: Bridge
  }
}

/** Asks main once. Rejects with the `AppError` that main answered. */
export async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const answer = await window.bridge.call(name, input)
  if (!answer.ok) throw fromWireError(answer.error)
  return answer.value as CallOutput<N>
}

export interface OpenStream {
  /** Closes the stream: cancels an export or import, unsubscribes from a reply. */
  stop(): void
  /** Settles when main has ended the stream or `stop` was called; rejects with main's `AppError`. */
  done: Promise<void>
}

/** Opens a stream of parts from main; `receive` is called in order. */
export function openStream<N extends StreamName>(
  name: N,
  input: StreamInput<N>,
  receive: (part: StreamPart<N>) => void,
): OpenStream {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const close = window.bridge.stream(name, input, (message) => {
    if (!message.ok) reject(fromWireError(message.error))
    else if ('end' in message) resolve()
    else receive(message.value as StreamPart<N>)
  })
  const stop = () => {
    close()
    resolve()
  }
  return { stop, done: promise }
}

type Receiver = (payload: never) => void
const receivers = new Map<PushName, Set<Receiver>>()

/** Subscribes to news of one kind from main; returns the function that unsubscribes. */
export function onPush<N extends PushName>(name: N, receive: (payload: PushPayload<N>) => void): () => void {
  if (receivers.size === 0) window.bridge.onPush(announce)
  const ofName = receivers.get(name) ?? new Set()
  receivers.set(name, ofName)
  ofName.add(receive as Receiver)
  return () => ofName.delete(receive as Receiver)
}

/** One subscription serves the whole window: a listener in the preload for each part of it would pile up there. */
function announce(name: string, payload: unknown): void {
  for (const receive of receivers.get(name as PushName) ?? []) receive(payload as never)
}
