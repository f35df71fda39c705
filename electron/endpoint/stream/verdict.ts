import { addressOf, type EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { htmlFailure } from '../http/refusals/web-page.ts'
import { sentFailure } from '../http/status-failure.ts'
import type { ReplyState } from './answer/reply-reader.ts'

/** What is wrong with an answer that has ended; null when it is a whole reply. `hasBegun`: text, reasoning or a tool call came. */
export function judgeReply(
  state: ReplyState,
  hasBegun: boolean,
  connection: EndpointConnection,
  model: string,
): EndpointFailure | null {
  const { where } = addressOf(connection)
  if (state.error !== null) {
    const failure = sentFailure(state.error.body, connection, model)
    return hasBegun && failure.code === 'endpoint-overflow' ? fullWindow(failure, where) : failure
  }
  if (state.form === 'html') return htmlFailure(connection, state.page)
  const isWhole = state.done || state.finishReason !== null
  if (isWhole && hasBegun) return null
  if (isWhole || state.form === 'unknown') return emptyReply(state, where)
  // What was cut off in its first piece, or is no JSON where some should be, is no other kind of server.
  if (!hasBegun && !state.hasChunks && !state.malformed) {
    return new EndpointFailure(
      'endpoint-not-openai',
      `${where} answered with something that is not a reply of a model. Check that the address is that of an OpenAI-compatible server; it usually ends in /v1.`,
    )
  }
  return brokenStream(where, state.malformed ? 'sent something that makes no sense' : 'ended the reply in the middle')
}

/** LM Studio: the prompt had room, and the reply has used up the rest. */
function fullWindow({ status, serverText, serverBody, overflow }: EndpointFailure, where: string): EndpointFailure {
  const tokens = overflow?.windowTokens
  const window = tokens ? `window of ${tokens.toLocaleString('en')} tokens` : 'context window'
  return new EndpointFailure(
    'endpoint-overflow',
    `The reply has filled the ${window} of the model at ${where}, so it ended here. Ask for shorter replies, send fewer messages, or start the server with a larger context.`,
    { status: status ?? 200, serverText, serverBody, overflow },
  )
}

/** The sentence for a reply that stopped before its end; what came of it is kept by the caller. */
export function brokenStream(where: string, what: string, cause?: unknown): EndpointFailure {
  return new EndpointFailure('stream-broken', `${where} ${what}. Continue the reply, or make it anew.`, {
    retryable: true,
    cause,
  })
}

function emptyReply(state: ReplyState, where: string): EndpointFailure {
  const advice =
    state.finishReason === 'length'
      ? 'Its limit was used up before the first word: allow a longer reply, or shorten the conversation.'
      : 'Try again; if it happens again, the conversation may be too long for the model, or the model is damaged.'
  return new EndpointFailure('reply-empty', `The model at ${where} sent an empty reply. ${advice}`, { retryable: true })
}
