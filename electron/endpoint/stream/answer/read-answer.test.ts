import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkEvent, replyEvents } from '../../../../tests/fakes/fake-fault.ts'
import { cutBytes, cutSizes, hostileBytes } from '../../../../tests/fakes/hostile-bytes.ts'
import { readWholeAnswer, verdictOf } from '../../../../tests/fakes/read-whole-answer.ts'
import { readAnswer } from './read-answer.ts'
import { createReplyReader } from './reply-reader.ts'

describe('the bytes of an answer', () => {
  it('mean the same however the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes, cutSizes, async (bytes, sizes) => {
        expect(await readWholeAnswer(cutBytes(bytes, sizes))).toEqual(await readWholeAnswer([bytes]))
      }),
      { numRuns: 500 },
    )
  })

  it('mean the same a byte at a time', async () => {
    const bytes = Buffer.from([...replyEvents(['Hällo ', '🌍', '\u0000'])].join('').replaceAll('\n', '\r\n'))
    const whole = await readWholeAnswer([bytes])
    expect(whole).toMatchObject({ text: 'Hällo 🌍\u0000', state: { done: true, finishReason: 'stop' } })
    expect(await readWholeAnswer(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('never give text that storage would change', async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes, async (bytes) => {
        const { text, reasoning } = await readWholeAnswer([bytes])
        expect([/\p{Cs}/u.test(text), /\p{Cs}/u.test(reasoning)]).toEqual([false, false])
      }),
    )
  })

  it('are read with a byte order mark, and with characters cut into two escapes', async () => {
    const events = [
      '\ufeff',
      chunkEvent({ content: 'A' }),
      'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ude00!"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    ]
    expect((await readWholeAnswer([Buffer.from(events.join(''))])).text).toBe('A😀!\ufffd')
  })

  it('end the reading when a line, an event or a comment never ends, with little held', async () => {
    for (const start of ['data: ', ': ', 'x', 'data: x\ndata: ']) {
      let sentBytes = 0
      const endless = (function* () {
        yield Buffer.from(start)
        const block = Buffer.alloc(65_536, start.includes('\n') ? 'y\ndata: ' : 'y')
        for (; sentBytes < 100 * 1024 * 1024; sentBytes += block.length) yield block
      })()
      expect(await readWholeAnswer(endless)).toMatchObject({ text: '', tooLong: true })
      expect(sentBytes).toBeLessThan(8 * 1024 * 1024)
    }
  })

  it('give what came before such a line, also in one piece with it', async () => {
    const piece = Buffer.from(`${chunkEvent({ content: 'first' })}data: ${'x'.repeat(2_000_000)}`)
    expect(await readWholeAnswer([piece, Buffer.from('more')])).toMatchObject({ text: 'first', tooLong: true })
  })

  it('can be a million empty events, or JSON nested without end', async () => {
    const deep = `data: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n\n`
    const blank = Buffer.alloc(65_536, '\n')
    const chunks = [
      ...Array.from({ length: 32 }, () => blank),
      Buffer.from(deep),
      Buffer.from(replyEvents(['ok']).join('')),
    ]
    expect(await readWholeAnswer(chunks)).toMatchObject({ text: 'ok', state: { done: true } })
  })

  it.each<[string, (deep: string) => string]>([
    ['a tool call', (deep) => `data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":${deep}}}]}}]}\n\n`],
    ['a text', (deep) => `data: {"choices":[{"delta":{"content":${deep}}}]}\n\n`],
    ['an error', (deep) => `data: {"error":{"message":${deep}}}\n\n`],
    ['a bare line', (deep) => `x\n{"error":{"message":"x","more":${deep}}}\n`],
    ['a whole body', (deep) => `{"error":${deep}}`],
  ])('are judged with %s nested without end', async (_where, streamWith) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"error":', '}'],
    ] as const) {
      const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`
      expect(verdictOf(await readWholeAnswer([Buffer.from(streamWith(deep))]))).not.toBe('whole')
    }
  })

  it.each<[boolean, string]>([
    [true, ': ping\n\n'],
    [true, chunkEvent({ content: 'a' })],
    [true, chunkEvent({ content: 'a' }) + chunkEvent({})],
    [true, '{"choices":['],
    [true, chunkEvent({ tool_calls: [{ index: 0, function: { arguments: 'a' } }] })],
    [false, chunkEvent({ tool_calls: [] })],
    [false, chunkEvent({ role: 'assistant', content: null })],
    [false, 'id: 1\nretry: 5\n\n'],
    [false, 'data: '],
    [false, '\n'],
  ])('are a sign of life (%s) when a server at work would send them: %j', async (isAlive, piece) => {
    const limits = { maxLineChars: 1_000, maxReplyBytes: 1_000 }
    const body = async function* () {
      yield Buffer.from(piece)
      yield Buffer.from('')
    }
    const alive = []
    for await (const batch of readAnswer(body(), createReplyReader(), limits)) alive.push(batch.alive)
    expect(alive[0]).toBe(isAlive)
  })

  it('of a JSON answer stop at the largest reply that is taken', async () => {
    const body = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(500) } }] })
    expect(await readWholeAnswer(cutBytes(Buffer.from(body), [50, 100, 100]), 100)).toMatchObject({
      text: '',
      state: { done: false },
    })
  })
})
