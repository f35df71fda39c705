import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createToolCalls } from './tool-calls.ts'

function together(...deltas: unknown[]) {
  const calls = createToolCalls()
  for (const delta of deltas) calls.push(delta)
  return calls.all()
}

describe('tool calls', () => {
  it('are put together from pieces, by their index', () => {
    expect(
      together(
        [{ index: 1, id: 'b', function: { name: 'second', arguments: '{' } }],
        [{ index: 0, id: 'a', function: { name: 'first', arguments: '{"x"' } }],
        [
          { index: 0, function: { arguments: ':1}' } },
          { index: 1, function: { arguments: '}' } },
        ],
      ),
    ).toEqual([
      { id: 'a', name: 'first', arguments: '{"x":1}' },
      { id: 'b', name: 'second', arguments: '{}' },
    ])
  })

  it('may come whole, without an index, with their arguments as an object', () => {
    expect(together([{ id: 'a', function: { name: 'f', arguments: { x: 1 } } }, { function: { name: 'g' } }])).toEqual([
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: '', name: 'g', arguments: '' },
    ])
  })

  it('never grow without end', () => {
    const calls = createToolCalls()
    for (let index = 0; index < 1_000; index += 1) calls.push([{ index, function: { arguments: 'x'.repeat(100_000) } }])
    const all = calls.all()
    expect(all.length).toBe(64)
    expect(all.reduce((sum, call) => sum + call.arguments.length, 0)).toBe(1024 * 1024)
  })

  it('take anything at all', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (deltas) => {
        for (const call of together(...deltas, deltas)) {
          expect(Object.values(call).every((text) => text.isWellFormed())).toBe(true)
        }
      }),
    )
  })
})
