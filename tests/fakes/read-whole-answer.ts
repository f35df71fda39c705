import { readAnswer } from '../../electron/endpoint/stream/answer/read-answer.ts'
import {
  createReplyReader,
  type ReplyEvent,
  type ReplyState,
} from '../../electron/endpoint/stream/answer/reply-reader.ts'
import { SseTooLong } from '../../electron/endpoint/stream/answer/sse-lines.ts'
import { judgeReply } from '../../electron/endpoint/stream/verdict.ts'

interface WholeAnswer {
  text: string
  reasoning: string
  state: ReplyState
  tooLong: boolean
}

/** What the pieces of an answer amount to, without a network in between. */
export async function readWholeAnswer(
  chunks: Iterable<Uint8Array>,
  maxReplyBytes = 64 * 1024 * 1024,
): Promise<WholeAnswer> {
  const reader = createReplyReader()
  const answer: WholeAnswer = { text: '', reasoning: '', state: reader.state, tooLong: false }
  const add = (events: readonly ReplyEvent[]) => {
    for (const event of events) {
      if (event.type === 'text-delta') answer.text += event.text
      if (event.type === 'reasoning-delta') answer.reasoning += event.text
    }
  }
  try {
    const limits = { maxLineChars: 1024 * 1024, maxReplyBytes }
    for await (const { events } of readAnswer(asBody(chunks), reader, limits)) add(events)
  } catch (error) {
    if (!(error instanceof SseTooLong)) throw error
    answer.tooLong = true
  }
  add(reader.end())
  // Of a page for browsers only the first piece is kept, however much that is.
  return { ...answer, state: { ...reader.state, page: '' } }
}

/** What is said of such an answer: `whole`, or the code of what is wrong with it; `failed` for what the server sent. */
export function verdictOf({ state, text, reasoning }: WholeAnswer): string {
  const hasBegun = text !== '' || reasoning !== '' || state.toolPieces > 0
  const connection = { kind: 'http', baseUrl: 'http://127.0.0.1:1/v1', key: null } as const
  const failure = judgeReply(state, hasBegun, connection, 'any')
  if (state.error !== null && failure !== null) return 'failed'
  return failure?.code ?? 'whole'
}

async function* asBody(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks
}
