import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { Endpoint } from '../../shared/record-types.ts'
import type { ModelsAnswer } from './endpoint-store.ts'
import { modelOptions, optionValue, readOption } from './model-options.ts'

const endpoint = (id: string) => ({ id, name: `Server ${id}` }) as Endpoint
const listed = (...ids: string[]): ModelsAnswer => ({
  state: 'listed',
  models: ids.map((id) => ({ id, windowTokens: null })),
})
const down = new AppError('endpoint-unreachable', 'Nothing answers.')
const a = endpoint('a')
const b = endpoint('b')
const c = endpoint('c')
const idsOf = ({ groups }: ReturnType<typeof modelOptions>) =>
  groups.map(({ endpoint: { id }, models }) => [id, ...models.map((model) => model.id)])

describe('modelOptions', () => {
  it('keeps endpoints without models apart, with the reason', () => {
    const answers = new Map<string, ModelsAnswer>([
      ['a', { state: 'failed', error: down }],
      ['b', listed('qwen', 'gemma')],
    ])
    const options = modelOptions([a, b, c], answers, '')
    expect(idsOf(options)).toEqual([['b', 'qwen', 'gemma']])
    expect({ ...options, groups: [] }).toEqual({
      groups: [],
      others: [
        { endpoint: a, state: 'failed', error: down },
        { endpoint: c, state: 'asking', error: null },
      ],
      total: 2,
      hasFilter: false,
    })
  })

  it('finds models by words of their names and of their endpoints, in any order and case', () => {
    const answers = new Map([
      ['a', listed('Qwen3-8B-Q4', 'Gemma-3')],
      ['b', listed('qwen3-0.6b')],
    ])
    const found = (query: string) => idsOf(modelOptions([a, b], answers, query))
    expect([found('q4 QWEN'), found('0.6 server'), found('nothing')]).toEqual([
      [['a', 'Qwen3-8B-Q4']],
      [['b', 'qwen3-0.6b']],
      [],
    ])
  })

  it('shows the filter for a long list, and as soon as something is typed', () => {
    const many = new Map([['a', listed(...Array.from({ length: 13 }, (_, index) => `model-${index}`))]])
    const few = new Map([['a', listed('one', 'two')]])
    const shown = [modelOptions([a], many, ''), modelOptions([a], few, ''), modelOptions([a], few, 'o')]
    expect(shown.map(({ hasFilter }) => hasFilter)).toEqual([true, false, true])
  })
})

it('joins and parts an endpoint and a model', () => {
  expect([readOption(optionValue('id', 'a/b:c d')), readOption(optionValue('id', ''))]).toEqual([
    { endpointId: 'id', model: 'a/b:c d' },
    { endpointId: 'id', model: null },
  ])
})
