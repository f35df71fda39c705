import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPrompt, type PromptInput } from './build-prompt.ts'
import { estimateMessageTokens, estimateTokens } from './estimate-tokens.ts'
import type { PromptMessage } from './strategies.ts'

const branch = (count: number, text = (index: number) => `message ${index}`): PromptMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `id-${index}`,
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    text: text(index),
  }))

const input = (changes: Partial<PromptInput>): PromptInput => {
  const messages = changes.messages ?? branch(1)
  return {
    systemPrompt: 'Answer briefly.',
    messages,
    totalMessages: messages.length,
    window: { tokens: 4096, source: 'assumed' },
    reserveTokens: 1024,
    strategy: undefined,
    lastMessages: 20,
    ...changes,
  }
}

describe('buildPrompt', () => {
  it.each([
    [1, 1, 0],
    [3, 3, 0],
    [19, 19, 0],
    [21, 19, 2],
    [201, 19, 182],
  ])('of a branch of %i messages sends the newest %i in whole exchanges and leaves %i out', (total, sent, leftOut) => {
    const prompt = buildPrompt(input({ messages: branch(total) }))
    expect(prompt.messages[0]).toEqual({ role: 'system', content: 'Answer briefly.' })
    expect(prompt.messages.length).toBe(sent + 1)
    expect(prompt.messages[1]?.role).toBe('user')
    expect(prompt.messages.at(-1)).toEqual({ role: 'user', content: `message ${total - 1}` })
    expect([prompt.summary.sentMessages, prompt.summary.leftOutMessages]).toEqual([sent, leftOut])
  })

  it('sends no system message when the system prompt is empty', () => {
    expect(buildPrompt(input({ systemPrompt: '' })).messages).toEqual([{ role: 'user', content: 'message 0' }])
  })

  it('sends the newest message whole even when it alone exceeds the window, and says so', () => {
    const text = 'word '.repeat(10_000)
    const prompt = buildPrompt(input({ messages: branch(3, (index) => (index === 2 ? text : 'short')) }))
    expect(prompt.messages.map((message) => message.content)).toEqual(['Answer briefly.', text])
    expect(prompt.summary.fits).toBe(false)
  })

  it('joins user messages whose replies failed without a word, so that roles alternate', () => {
    const messages = branch(3)
    messages[1] = { id: 'failed', role: 'assistant', text: '' }
    const prompt = buildPrompt(input({ messages }))
    expect(prompt.messages.slice(1)).toEqual([{ role: 'user', content: 'message 0\n\nmessage 2' }])
    expect(prompt.summary).toMatchObject({ sentMessages: 2, leftOutMessages: 0 })
  })

  it('never starts with a reply', () => {
    const prompt = buildPrompt(input({ messages: branch(5).slice(1), totalMessages: 5 }))
    expect(prompt.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(prompt.summary.leftOutMessages).toBe(2)
  })

  it('keeps at most half of the window for the answer', () => {
    const prompt = buildPrompt(input({ window: { tokens: 1000, source: 'server' }, reserveTokens: 100_000 }))
    expect(prompt.summary.reserveTokens).toBe(500)
  })

  it('holds its rules for any branch, window and limit', () => {
    const anyInput = fc.record({
      texts: fc.array(fc.string({ maxLength: 4000 }), { minLength: 1, maxLength: 60 }),
      windowTokens: fc.integer({ min: 512, max: 131_072 }),
      lastMessages: fc.integer({ min: 1, max: 100 }),
      systemPrompt: fc.string({ maxLength: 500 }),
    })
    fc.assert(
      fc.property(anyInput, ({ texts, windowTokens, lastMessages, systemPrompt }) => {
        const messages = branch(texts.length, (index) => texts[index] || 'x')
        const prompt = buildPrompt(
          input({
            messages,
            totalMessages: messages.length,
            lastMessages,
            systemPrompt,
            window: { tokens: windowTokens, source: 'user' },
          }),
        )
        const roles = prompt.messages.map((message) => message.role)
        expect(roles.filter((role) => role === 'system').length).toBe(systemPrompt === '' ? 0 : 1)
        if (systemPrompt !== '') expect(prompt.messages[0]).toEqual({ role: 'system', content: systemPrompt })
        const spoken = roles.filter((role) => role !== 'system')
        expect(spoken.every((role, index) => role === (index % 2 === 0 ? 'user' : 'assistant'))).toBe(true)
        const { sentMessages, leftOutMessages, estimatedTokens, reserveTokens } = prompt.summary
        expect(sentMessages + leftOutMessages).toBe(messages.length)
        // Only the newest exchange may go over a limit: it is never refused on a guess.
        if (sentMessages > 2) {
          expect(sentMessages).toBeLessThanOrEqual(lastMessages)
          expect(estimatedTokens + reserveTokens).toBeLessThanOrEqual(windowTokens)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('estimateTokens', () => {
  it('grows with the text and counts what a template adds for each message', () => {
    expect(estimateTokens('')).toBe(0)
    expect(estimateMessageTokens('')).toBe(5)
    const english = 'People install it, switch between saved conversations all day, and export them. '
    const perCharacter = estimateTokens(english.repeat(10)) / (english.length * 10)
    expect(perCharacter).toBeGreaterThan(0.19)
    expect(perCharacter).toBeLessThan(0.28)
    expect(estimateTokens('京都の三日間')).toBeGreaterThanOrEqual(6)
  })
})
