/** One message of the branch as memory weighs it. */
export interface PromptMessage {
  id: string
  role: 'system' | 'user' | 'assistant' | 'tool'
  text: string
  /** Absent when it has none. */
  attachments?: { sha256: string; mediaType: string }[]
}

/** A user message with all that answered it; strategies keep or leave whole exchanges. */
export interface Exchange {
  messages: PromptMessage[]
  tokens: number
}

interface StrategyInput {
  /** Oldest first; the last one holds the newest user message. */
  exchanges: Exchange[]
  /** Tokens for messages: the window less system prompt, reserve and safety margin. */
  budgetTokens: number
  lastMessages: number
}

export interface Strategy {
  /** Key of its name and its one-sentence cost in the message catalogue. */
  id: string
  /** Returns the exchanges to send, oldest first; always with the newest one. */
  select(input: StrategyInput): Exchange[]
}

/** The newest whole exchanges, at most `lastMessages` messages and no more than fit. */
const lastMessages: Strategy = {
  id: 'last-messages',
  select({ exchanges, budgetTokens, lastMessages }) {
    const selected: Exchange[] = []
    let tokens = 0
    let count = 0
    for (const exchange of exchanges.toReversed()) {
      tokens += exchange.tokens
      count += exchange.messages.length
      const isNewest = selected.length === 0
      if (!isNewest && (tokens > budgetTokens || count > lastMessages)) break
      selected.push(exchange)
    }
    return selected.reverse()
  },
}

/** Every strategy there is; adding one here and its name in the catalogue is all it takes. */
const strategies = [lastMessages] as const satisfies readonly Strategy[]

const defaultStrategy: Strategy = lastMessages

/** An unknown id (a newer version's, or a damaged setting) falls back to the default. */
export function findStrategy(id: string | undefined): Strategy {
  return strategies.find((strategy) => strategy.id === id) ?? defaultStrategy
}
