import { describe, expect, it } from 'vitest'
import type { ChatMessage } from '../endpoint/wire/chat-message.ts'
import type { AnsweredRequest } from '../replies/replies.ts'
import { askAnotherModel, askBehindAnswer } from './title-request.ts'

const MESSAGES: ChatMessage[] = [
  { role: 'system', content: 'You know Japan.' },
  { role: 'user', content: 'When do the cherries bloom?' },
]

function answered(
  { model = 'small', messages = MESSAGES, sampling = {}, tokenRatio = 1 } = {} as {
    model?: string
    messages?: ChatMessage[]
    sampling?: AnsweredRequest['request']['sampling']
    tokenRatio?: number
  },
  reasoning = '',
): AnsweredRequest {
  const request = {
    model,
    messages,
    sampling,
    window: { tokens: 4_096, source: 'server', tokenRatio },
    prompt: { messages: [], summary: { estimatedTokens: 100 } },
  }
  return {
    conversationId: 'c',
    endpointId: 'e',
    request: request as unknown as AnsweredRequest['request'],
    text: 'At the end of March.',
    reasoning,
  }
}

describe('what asks the model that answered', () => {
  it('leaves everything before it as it was sent, images too', () => {
    const image = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2]) } as const
    const messages: ChatMessage[] = [{ role: 'user', content: [image] }]
    const asked = askBehindAnswer(answered({ messages }), false).messages
    expect(asked.slice(0, -1)).toEqual([...messages, { role: 'assistant', content: 'At the end of March.' }])
  })

  it('counts the answer as this model does, and room for the title', () => {
    const plain = askBehindAnswer(answered(), false).estimatedTokens
    expect(plain).toBeGreaterThan(140)
    expect(askBehindAnswer(answered({ tokenRatio: 2 }), false).estimatedTokens).toBeGreaterThan(plain)
  })

  it('gives a model that thinks room for that, and asks it not to', () => {
    const { sampling } = askBehindAnswer(answered({}, 'Let me see.'), false)
    expect(sampling).toEqual({ temperature: 0.3, maxTokens: 400, reasoningEffort: 'none' })
    expect(askBehindAnswer(answered(), true).sampling).toEqual(sampling)
    expect(askBehindAnswer(answered(), false).sampling).toEqual({ temperature: 0.3, maxTokens: 40 })
  })

  it('keeps the effort where it stands at the start of the prompt', () => {
    const sampling = { reasoningEffort: 'high' } as const
    expect(askBehindAnswer(answered({ model: 'openai/gpt-oss-20b', sampling }), true).sampling).toEqual({
      temperature: 0.3,
      maxTokens: 400,
      reasoningEffort: 'high',
    })
    expect(askBehindAnswer(answered({ model: 'gpt-oss:20b' }), true).sampling).toEqual({
      temperature: 0.3,
      maxTokens: 400,
    })
  })
})

describe('what asks another model', () => {
  it('shows it the first exchange, whole characters of it, and nothing of the rest', () => {
    const messages: ChatMessage[] = [
      ...MESSAGES.slice(0, 1),
      { role: 'user', content: '🌸'.repeat(2_000) },
      { role: 'assistant', content: 'First answer.' },
      { role: 'user', content: 'And in Hokkaido?' },
    ]
    const { messages: asked, estimatedTokens } = askAnotherModel(answered({ messages }))
    const [only] = asked
    expect(asked.length).toBe(1)
    expect(only?.content).toMatch(/^User:\n(?:🌸){750}…\n\nAssistant:\nFirst answer\.\n\n---\n\n/u)
    expect(only?.content).not.toMatch(/Hokkaido|You know Japan/)
    expect(estimatedTokens).toBeLessThan(3_000)
    const odd = askAnotherModel(answered({ messages: [{ role: 'user', content: `x${'🌸'.repeat(2_000)}` }] }))
    const content = odd.messages[0]?.content
    expect(typeof content === 'string' && content.isWellFormed()).toBe(true)
  })
})
