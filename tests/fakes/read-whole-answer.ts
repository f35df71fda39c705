import { readAnswer } from '../../electron/endpoint/stream/answer/read-answer.ts'
import {
  createReplyReader,
  type ReplyEvent,
  type ReplyState,
} from '../../electron/endpoint/stream/answer/reply-reader.ts'
import { SseTooLong } from '../../electron/endpoint/stream/answer/sse-lines.ts'

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
    add(reader.end())
  } catch (error) {
    if (!(error instanceof SseTooLong)) throw error
    answer.tooLong = true
  }
  return answer
}

async function* asBody(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks
}
