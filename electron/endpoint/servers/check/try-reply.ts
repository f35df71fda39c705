import type { Sampling } from '../../../../shared/record-types.ts'
import { estimateMessageTokens } from '../../../memory/estimate-tokens.ts'
import type { EndpointConnection } from '../../address.ts'
import { streamChat } from '../../chat.ts'
import { EndpointFailure } from '../../http/failure.ts'
import type { ChatMessage } from '../../wire/chat-message.ts'
import type { Fact } from './ask-capabilities.ts'

interface Try {
  connection: EndpointConnection
  model: string
  messages: readonly ChatMessage[]
  sampling: Sampling
  signal: AbortSignal
  limitMs: number
  /** Leaves as soon as the first token is here, which closes the connection. */
  leaveAtFirstToken?: boolean
}

/** What came of one short reply. */
export interface TriedReply {
  /** It came to its own end. */
  isWhole: boolean
  /** From the request to the first token; null without one. */
  firstTokenMs: number | null
  learned: Fact[]
  /** Names on the wire of fields that the server refused before it took the request. */
  refused: string[]
  failure: EndpointFailure | null
}

/** Asks for one short reply and tells what it showed, within `limitMs`. Throws nothing that an endpoint can do. */
export async function tryReply(options: Try): Promise<TriedReply> {
  const { connection, model, messages, sampling, limitMs } = options
  const tried: TriedReply = { isWhole: false, firstTokenMs: null, learned: [], refused: [], failure: null }
  const startedAt = performance.now()
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(limitMs)])
  const estimatedPromptTokens = messages.reduce((sum, { content }) => sum + estimateMessageTokens(textOf(content)), 0)
  const purpose = 'capabilities'
  const request = { endpoint: connection, model, messages, sampling, signal, estimatedPromptTokens, purpose } as const
  try {
    for await (const event of streamChat(request)) {
      if (event.type === 'learned') tried.learned.push({ name: event.capability, value: event.value })
      else if (event.type === 'field-refused') tried.refused.push(event.field)
      else if (event.type === 'end') tried.isWhole = true
      if (event.type !== 'text-delta' && event.type !== 'reasoning-delta') continue
      tried.firstTokenMs ??= performance.now() - startedAt
      if (options.leaveAtFirstToken) break
    }
  } catch (error) {
    if (!(error instanceof EndpointFailure)) throw error
    tried.failure = error
  }
  return tried
}

function textOf(content: ChatMessage['content']): string {
  return typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
