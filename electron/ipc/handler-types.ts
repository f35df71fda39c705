import type {
  CallInput,
  CallName,
  CallOutput,
  StreamInput,
  StreamName,
  StreamPart,
} from '../../shared/contract-types.ts'

type Awaitable<T> = T | Promise<T>

/** A missing or mistyped handler does not compile. */
export type CallHandlers = { [N in CallName]: (input: CallInput<N>) => Awaitable<CallOutput<N>> }

export type StreamHandlers = {
  [N in StreamName]: (input: StreamInput<N>, signal: AbortSignal) => AsyncIterable<StreamPart<N>>
}
