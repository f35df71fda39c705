import fc from 'fast-check'
import { expect, it } from 'vitest'
import { getConversation } from '../history/conversations.ts'
import type { History } from '../history/history.ts'
import { readPrompt } from '../history/read-prompt.ts'
import { exchange, newConversation, temporaryHistory } from '../history/testing/temporary-history.ts'
import { preparePrompt } from './prepare-prompt.ts'

const settings = {
  defaultSystemPrompt: '',
  defaultEndpointId: null,
  lastMessages: 20,
  answerReserveTokens: 64,
  sampling: {},
  thisMachineOnly: false,
  proxyUrl: null,
  titles: 'first-line' as const,
  backgroundEndpointId: null,
  backgroundModel: null,
}

type ReadPrompt = Parameters<typeof readPrompt>[1]

it('sends the same whether what cannot fit is read or not', async () => {
  const { db } = temporaryHistory()
  const text = fc.string({ minLength: 1, maxLength: 400 })
  const windowTokens = fc.integer({ min: 128, max: 1_024 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 12 }), windowTokens, async (exchanges, tokens) => {
      const id = newConversation(db, { systemPrompt: 'Be brief.' })
      for (const [question, answer] of exchanges) exchange(db, id, question, answer)
      const conversation = getConversation(db, { conversationId: id })
      const prepare = (change: Partial<ReadPrompt>) => {
        const history = { readPrompt: async (args: ReadPrompt) => readPrompt(db, { ...args, ...change }) }
        const window = { tokens, source: 'server' } as const

        return preparePrompt(history as unknown as History, {
          conversation,
          settings,
          window,
          leafId: null,
          newText: 'new',
        })
      }
      expect(await prepare({})).toEqual(await prepare({ budgetTokens: Number.MAX_SAFE_INTEGER }))
    }),
    { numRuns: 40 },
  )
})
