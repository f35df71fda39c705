import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Chunk, createChunkWriter } from './chunk-writer.ts'

describe('createChunkWriter', () => {
  it('joins what arrived for all replies into one write', async () => {
    const writes: Chunk[][] = []
    const writer = createChunkWriter(
      async (chunks) => void writes.push(chunks),
      () => {},
    )
    writer.add('a', { text: 'one ' })
    writer.add('b', { reasoning: 'hm' })
    writer.add('a', { text: 'two' })
    await writer.flush()
    expect(writes).toEqual([
      [
        { messageId: 'a', text: 'one two', reasoning: '' },
        { messageId: 'b', text: '', reasoning: 'hm' },
      ],
    ])
  })

  it('writes by itself, without a flush', async () => {
    const { promise, resolve } = Promise.withResolvers<Chunk[]>()
    const writer = createChunkWriter(
      async (chunks) => resolve(chunks),
      () => {},
    )
    writer.add('a', { text: 'one' })
    expect(await promise).toEqual([{ messageId: 'a', text: 'one', reasoning: '' }])
  })

  it('never has two writes under way, and keeps their order', async () => {
    const order: string[] = []
    let underWay = 0
    const writer = createChunkWriter(
      async ([chunk]) => {
        expect(++underWay).toBe(1)
        await sleep(5)
        order.push(chunk?.text ?? '')
        underWay--
      },
      () => {},
    )
    for (const text of ['1', '2', '3']) {
      writer.add('a', { text })
      void writer.flush()
    }
    await writer.flush()
    expect(order.join('')).toBe('123')
  })

  it('writes what could not be written with what came after it, so that no text has a hole', async () => {
    const writes: string[] = []
    const failures = [new Error('disk full')]
    const writer = createChunkWriter(
      async ([chunk]) => {
        await sleep(5)
        const failure = failures.pop()
        if (failure) throw failure
        writes.push(chunk?.text ?? '')
      },
      () => {},
    )
    writer.add('a', { text: 'one ' })
    const first = writer.flush()
    await sleep(1)
    writer.add('a', { text: 'two' })
    await expect(first).rejects.toThrow('disk full')
    await writer.flush()
    expect(writes).toEqual(['one two'])
  })

  it('tries no more to write what a reply that has ended could not keep', async () => {
    const writes: string[] = []
    const writer = createChunkWriter(
      ([chunk]) => (chunk?.messageId === 'a' ? Promise.reject(new Error('gone')) : Promise.resolve(writes.push('b'))),
      () => {},
    )
    writer.add('a', { text: '1' })
    await expect(writer.flush()).rejects.toThrow('gone')
    writer.forget('a')
    writer.add('b', { text: '2' })
    await writer.flush()
    expect(writes).toEqual(['b'])
  })

  it('names the replies whose text could not be written', async () => {
    const failed: string[][] = []
    const writer = createChunkWriter(
      () => Promise.reject(new Error('disk full')),
      (ids) => failed.push(ids),
    )
    writer.add('a', { text: '1' })
    await expect(writer.flush()).rejects.toThrow('disk full')
    expect(failed).toEqual([['a']])
  })
})
