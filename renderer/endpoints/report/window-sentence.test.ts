import { expect, it } from 'vitest'
import type { Capability } from '../../../shared/record-types.ts'
import { windowSentence } from './window-sentence.ts'

const window = (source: Capability['source'], value = 8_192): Capability => ({ name: 'window', value, source, at: 1 })
const nothing = { capabilities: [], endpointTokens: null, listedTokens: null }

it('says of each window how it is known', () => {
  const sentences = (['server', 'learned', 'user', 'assumed'] as const).map((source) =>
    windowSentence({ ...nothing, capabilities: [window(source)] }),
  )
  expect([...sentences, windowSentence(nothing), windowSentence({ ...nothing, listedTokens: 2_048 })]).toEqual([
    '8,192 tokens of context are loaded, told by the server.',
    '8,192 tokens of context are loaded, learned from an answer.',
    '8,192 tokens of context, set by you.',
    '8,192 tokens of context, a guess.',
    'How much context is loaded is not known yet.',
    '2,048 tokens of context are loaded, told by the server.',
  ])
})

it('lets what was set for the model go before what was set for the endpoint, and that before what is reported', () => {
  const said = (source: Capability['source']) =>
    windowSentence({ capabilities: [window(source)], endpointTokens: 4_096, listedTokens: 2_048 })
  expect([said('user'), said('server')]).toEqual([
    '8,192 tokens of context, set by you.',
    '4,096 tokens of context, set by you for all models of this endpoint.',
  ])
})

it('puts what the model was trained for beside it', () => {
  const trained: Capability = { name: 'trained-window', value: 131_072, source: 'server', at: 1 }
  expect(windowSentence({ ...nothing, capabilities: [window('server'), trained] })).toBe(
    '8,192 tokens of context are loaded, told by the server. The model was trained for 131,072.',
  )
})
