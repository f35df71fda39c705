import type { Message } from '../../shared/record-types.ts'

export interface MessagePage {
  messages: readonly Message[]
  hasMore: boolean
}

/**
 * The loaded messages after the newest page was read again. Older loaded ones are kept only when the page continues
 * them: its first message is among them, so everything before it is the same branch.
 */
export function mergeNewest(loaded: MessagePage, newest: MessagePage): MessagePage {
  const firstId = newest.messages[0]?.id
  const index = loaded.messages.findIndex(({ id }) => id === firstId)
  if (index <= 0) return { messages: newest.messages, hasMore: newest.hasMore }
  return { messages: [...loaded.messages.slice(0, index), ...newest.messages], hasMore: loaded.hasMore }
}
