import { setTimeout as delay } from 'node:timers/promises'
import type { History } from '../../../electron/history/history.ts'
import { createChunkWriter } from '../../../electron/replies/chunk-writer.ts'
import { wordsText } from './acknowledgement.ts'
import type { Stage } from './scenarios.ts'

const TICK_MS = 10
const WORDS_PER_TICK = 3
export const AT = 1_700_000_000_000

export const plain = {
  model: 'small',
  endpointId: null,
  endpointName: 'Local',
  sampling: {},
  continueMode: null,
  sent: {
    strategy: 'everything',
    sentMessages: 1,
    leftOutMessages: 0,
    estimatedTokens: 12,
    windowTokens: 4096,
    windowSource: 'assumed',
  },
  now: AT,
} as const

export const ended = {
  status: 'complete',
  finishReason: 'stop',
  error: null,
  model: null,
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  firstTokenMs: null,
  totalMs: null,
  reasoningMs: null,
  unread: false,
  now: AT,
} as const

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

export async function newConversation(history: History): Promise<string> {
  const conversation = await history.createConversation({ systemPrompt: '', endpointId: null, model: null, now: AT })
  return conversation.id
}

/** A message with two words of a reply, which then breaks off. */
export async function sendAndStop(
  history: History,
  say: Stage['say'],
  conversationId: string,
  words: string,
): Promise<void> {
  const text = `${words} in ${conversationId}`
  const { replyId } = await history.beginReply({ ...plain, conversationId, action: { type: 'send', text } })
  say({ type: 'message', conversationId, text })
  await history.appendChunks({ chunks: [{ messageId: replyId, text: wordsText(2), reasoning: '' }] })
  say({ type: 'streamed', replyId, words: 2, conversationId })
  await history.interruptStreaming({ now: AT })
}

/** Two conversations at once; replies come at 300 words a second through the app's own chunk writer. */
export async function chat(stage: Stage): Promise<History> {
  const { history, say } = stage
  const words = new Map<string, number>()
  const writer = createChunkWriter(
    async (chunks) => {
      const handed = chunks.map(({ messageId }) => ({ replyId: messageId, words: words.get(messageId) ?? 0 }))
      for (const one of handed) say({ type: 'handed', ...one, atMs: monotonicMs() })
      await history.appendChunks({ chunks })
      for (const one of handed) say({ type: 'streamed', ...one })
    },
    (_, error) => {
      throw error
    },
  )
  const talk = async (onBegun = () => {}) => {
    const conversationId = await newConversation(history)
    for (let round = 0; round < stage.rounds; round += 1) {
      const text = `question ${round} in ${conversationId}`
      const { replyId } = await history.beginReply({ ...plain, conversationId, action: { type: 'send', text } })
      say({ type: 'message', conversationId, text })
      onBegun()
      const total = 30 + Math.floor(stage.random() * 150)
      for (let count = 0; count < total; count += WORDS_PER_TICK) {
        const next = count + WORDS_PER_TICK
        words.set(replyId, next)
        writer.add(replyId, { text: wordsText(next).slice(wordsText(count).length) })
        say({ type: 'arrived', replyId, words: next, atMs: monotonicMs() })
        await delay(TICK_MS)
      }
      await writer.flush()
      await history.finishReply({ ...ended, messageId: replyId })
      say({ type: 'finished', replyId, words: words.get(replyId) ?? 0 })
    }
  }
  const begun = Promise.withResolvers<void>()
  const first = talk(begun.resolve)
  // An empty conversation would be given out again instead of a second one.
  await Promise.all([first, begun.promise.then(() => talk())])
  return history
}
