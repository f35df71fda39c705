import type { z } from 'zod'
import type { contract } from './contract.ts'
import type { WireError } from './errors.ts'

type Calls = (typeof contract)['calls']
type Streams = (typeof contract)['streams']
type Pushes = (typeof contract)['pushes']

export type CallName = keyof Calls
export type StreamName = keyof Streams
export type PushName = keyof Pushes

export type CallInput<N extends CallName> = z.infer<Calls[N]['input']>
export type CallOutput<N extends CallName> = z.infer<Calls[N]['output']>
export type StreamInput<N extends StreamName> = z.infer<Streams[N]['input']>
export type StreamPart<N extends StreamName> = z.infer<Streams[N]['part']>
export type PushPayload<N extends PushName> = z.infer<Pushes[N]['payload']>

export type Answer = { ok: true; value: unknown } | { ok: false; error: WireError }

/** One message of a stream's port; after `end` or an error nothing follows. */
export type StreamMessage = Answer | { ok: true; end: true }

/** What the preload puts on `window.bridge`: three envelopes, whatever the number of features. */
export interface Bridge {
  call(name: string, input: unknown): Promise<Answer>
  /** Returns the function that closes the stream; closing it is cancelling it. */
  stream(name: string, input: unknown, receive: (message: StreamMessage) => void): () => void
  /** Returns the function that unsubscribes. */
  onPush(receive: (name: string, payload: unknown) => void): () => void
}
