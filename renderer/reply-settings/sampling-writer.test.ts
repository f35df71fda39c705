import { describe, expect, it } from 'vitest'
import type { Sampling } from '../../shared/record-types.ts'
import { createSamplingWriter } from './sampling-writer.ts'

function setUp(initial: Sampling = {}) {
  const writer = createSamplingWriter(initial)
  const saved: Sampling[] = []
  const save = async (sampling: Sampling) => void saved.push(sampling)
  return { writer, saved, save }
}

describe('createSamplingWriter', () => {
  it('keeps a setting that is still being saved when the next one is', async () => {
    const { writer, saved, save } = setUp({ seed: 7 })
    await Promise.all([writer.put('temperature', 0.3, save), writer.put('maxTokens', -1, save)])
    expect(saved).toEqual([
      { seed: 7, temperature: 0.3 },
      { seed: 7, temperature: 0.3, maxTokens: -1 },
    ])
  })

  it('takes a setting out, also all of them', async () => {
    const { writer, saved, save } = setUp({ seed: 7, topK: 20 })
    await writer.put('seed', null, save)
    writer.reset()
    await writer.put('topP', 0.5, save)
    expect(saved).toEqual([{ topK: 20 }, { topP: 0.5 }])
  })

  it('sends nothing with the next setting that could not be saved itself', async () => {
    const { writer, saved, save } = setUp({ topK: 20 })
    const failing = () => Promise.reject(new Error('disk'))
    await expect(writer.put('topK', 40, failing)).rejects.toThrow('disk')
    await writer.put('topP', 0.5, save)
    expect(saved).toEqual([{ topK: 20, topP: 0.5 }])
  })
})
