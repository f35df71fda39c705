import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChatMessage, toWire } from './chat-message.ts'

const anyMessage = fc.record({
  role: fc.constantFrom<ChatMessage['role']>('system', 'user', 'assistant'),
  content: fc.oneof(
    fc.string(),
    fc.array(
      fc.oneof(
        fc.record({ type: fc.constant('text' as const), text: fc.string() }),
        fc.record({
          type: fc.constant('image' as const),
          mediaType: fc.constant('image/png'),
          bytes: fc.uint8Array({ maxLength: 4 }),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  ),
})

describe('messages on the wire', () => {
  it('hold one system message at most, and that first; roles alternate', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), fc.boolean(), (messages, systemMessage) => {
        const roles = toWire(messages, systemMessage).map(({ role }) => role)
        expect(roles.lastIndexOf('system')).toBeLessThanOrEqual(systemMessage ? 0 : -1)
        expect(roles.every((role, index) => index === 0 || role !== roles[index - 1])).toBe(true)
      }),
    )
  })

  it('are left as they are when they already stand so', () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'Bye' },
    ]
    expect(toWire(messages, true)).toEqual(messages)
  })

  it('carry the system prompt in the first message of the person where the template knows no such role', () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ]
    expect(toWire(messages, false)).toEqual([{ role: 'user', content: 'Be brief.\n\nHi' }])
  })

  it('are plain text where there is nothing but text', () => {
    const content: ChatMessage['content'] = [
      { type: 'text', text: 'One' },
      { type: 'text', text: 'Two' },
    ]
    expect(toWire([{ role: 'user', content }], true)).toEqual([{ role: 'user', content: 'One\n\nTwo' }])
  })

  it('carry images as data', () => {
    const content: ChatMessage['content'] = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) },
    ]
    expect(toWire([{ role: 'user', content }], true)).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
        ],
      },
    ])
  })
})
