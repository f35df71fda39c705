import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../shared/record-types.ts'
import { chooseModel } from './model-choice.ts'

const endpoint = (id: string, defaultModel: string | null = null) => ({ id, defaultModel }) as Endpoint
const a = endpoint('a', 'a-model')
const b = endpoint('b')

describe('chooseModel', () => {
  it('takes the choice of the conversation', () => {
    expect(chooseModel({ endpointId: 'b', model: 'own' }, [a, b], 'a')).toEqual({
      endpoint: b,
      model: 'own',
      isReplaced: false,
    })
  })

  it('takes the default endpoint where the conversation chose none', () => {
    expect(chooseModel({ endpointId: null, model: null }, [b, a], 'a')).toEqual({
      endpoint: a,
      model: 'a-model',
      isReplaced: false,
    })
  })

  it('forgets the model of an endpoint that is gone, and says that it was replaced', () => {
    const choice = { endpoint: a, model: 'a-model', isReplaced: true }
    expect(chooseModel({ endpointId: 'gone', model: 'own' }, [b, a], 'a')).toEqual(choice)
  })

  it('says so too where the history has taken the deleted endpoint out of the conversation', () => {
    const choice = { endpoint: a, model: 'a-model', isReplaced: true }
    expect(chooseModel({ endpointId: null, model: 'own' }, [b, a], 'a')).toEqual(choice)
  })

  it('takes the first endpoint when there is no default, and none when there is none', () => {
    expect([chooseModel(null, [b, a], null), chooseModel(null, [], null)]).toEqual([
      { endpoint: b, model: null, isReplaced: false },
      { endpoint: null, model: null, isReplaced: false },
    ])
  })
})
