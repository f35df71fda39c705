import { v7 as uuidv7 } from 'uuid'
import type { CallInput } from '../../shared/contract-types.ts'
import type { Conversation } from '../../shared/record-types.ts'
import type { History } from '../history/history.ts'
import { push } from '../ipc/push.ts'
import { readSettings } from '../settings/settings.ts'

/** A new conversation with the default system prompt, or the empty one that is already there. */
export async function createConversation(history: History): Promise<Conversation> {
  const { defaultSystemPrompt } = await readSettings(history)
  const conversation = await history.createConversation({
    id: uuidv7(),
    systemPrompt: defaultSystemPrompt,
    // Following the defaults until the person chooses, so that a changed default is the one that answers.
    endpointId: null,
    model: null,
    now: Date.now(),
  })
  return announced(conversation)
}

export async function renameConversation(
  history: History,
  input: CallInput<'conversations.rename'>,
): Promise<Conversation> {
  return announced(await history.renameConversation({ ...input, source: 'user' }))
}

export async function updateConversation(
  history: History,
  input: CallInput<'conversations.update'>,
): Promise<Conversation> {
  const { conversationId, ...changes } = input
  return announced(await history.updateConversation({ conversationId, changes, now: Date.now() }))
}

/** Makes the newest leaf below a message the active one. */
export async function selectBranch(
  history: History,
  input: CallInput<'conversations.selectBranch'>,
): Promise<Conversation> {
  const conversation = await history.selectBranch(input)
  push('messages.changed', { conversationId: conversation.id, messageId: null })
  return announced(conversation)
}

export async function markConversationRead(history: History, conversationId: string): Promise<void> {
  await history.markConversationRead({ conversationId })
  push('conversations.changed', { conversationId })
}

export async function trashConversation(history: History, conversationId: string): Promise<void> {
  await history.trashConversation({ conversationId, now: Date.now() })
  push('conversations.changed', { conversationId })
}

export async function restoreConversation(history: History, conversationId: string): Promise<void> {
  await history.restoreConversation({ conversationId })
  push('conversations.changed', { conversationId })
}

function announced(conversation: Conversation): Conversation {
  push('conversations.changed', { conversationId: conversation.id })
  return conversation
}
