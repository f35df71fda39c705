import { expect, it } from 'vitest'
import type { Conversation, Settings } from '../../shared/record-types.ts'
import type { History } from '../history/history.ts'
import { chooseTarget } from './choose-target.ts'

const endpoint = (id: string, defaultModel: string | null) => ({ id, defaultModel })

function choose(conversation: Partial<Conversation>, defaultEndpointId: string | null = 'a') {
  const history = { listEndpoints: async () => [endpoint('b', 'b-model'), endpoint('a', 'a-model')] }
  return chooseTarget(history as unknown as History, conversation as Conversation, { defaultEndpointId } as Settings)
}

it.each([
  ['its own endpoint and model', { endpointId: 'b', model: 'own' }, 'b', 'own'],
  ["its own endpoint with that one's model", { endpointId: 'b', model: null }, 'b', 'b-model'],
  ['the default endpoint', { endpointId: null, model: null }, 'a', 'a-model'],
  [
    "the default endpoint's model where its own endpoint was deleted",
    { endpointId: null, model: 'own' },
    'a',
    'a-model',
  ],
])('a conversation is answered by %s', async (_what, conversation, endpointId, model) => {
  const target = await choose(conversation)
  expect([target.endpoint.id, target.model]).toEqual([endpointId, model])
})

it('says what to do where no endpoint is set up', async () => {
  const history = { listEndpoints: async () => [] } as unknown as History
  const asked = chooseTarget(history, { endpointId: null, model: null } as Conversation, {} as Settings)
  await expect(asked).rejects.toMatchObject({ code: 'endpoint-missing' })
})
