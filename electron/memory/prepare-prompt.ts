import type { Conversation, Settings } from '../../shared/record-types.ts'
import type { KnownWindow } from '../endpoint/model-window.ts'
import type { History } from '../history/history.ts'
import { buildPrompt, type Prompt, shareWindow } from './build-prompt.ts'
import type { PromptMessage } from './strategies.ts'

interface PrepareInput {
  conversation: Conversation
  settings: Settings
  window: KnownWindow
  /** Newest message of the branch to read; null: the active leaf. */
  leafId: string | null
  /** A user message that is not stored yet. */
  newText?: string
  /** An unshown user turn that asks to go on with the newest reply. */
  continueRequest?: string
}

/** Reads as much of the branch as the settings allow to send and builds the prompt from it. */
export async function preparePrompt(history: History, input: PrepareInput): Promise<Prompt> {
  const { conversation, settings, window, leafId, newText, continueRequest } = input
  const { tokenRatio = 1 } = window
  const lastMessages = conversation.settings.memory?.lastMessages ?? settings.lastMessages
  const { systemPrompt } = conversation
  const sampling = { ...settings.sampling, ...conversation.settings.sampling }
  const limit = sampling.maxTokens
  const reserveTokens = limit !== undefined && limit > 0 ? limit : settings.answerReserveTokens
  const branch = await history.readPrompt({
    conversationId: conversation.id,
    leafId,
    limit: lastMessages + 1,
    budgetTokens: Math.ceil(
      shareWindow({ systemPrompt, windowTokens: window.tokens, reserveTokens, tokenRatio }).budgetTokens / tokenRatio,
    ),
  })
  const stored: PromptMessage[] = branch.messages.map(({ status: _status, ...message }) => message)
  const unsaved: PromptMessage[] = newText === undefined ? [] : [{ id: '', role: 'user', text: newText }]
  return buildPrompt({
    systemPrompt,
    messages: [...stored, ...unsaved],
    totalMessages: branch.total + unsaved.length,
    window,
    tokenRatio,
    reserveTokens,
    strategy: conversation.settings.memory?.strategy,
    lastMessages,
    ...(continueRequest === undefined ? {} : { continueRequest }),
  })
}
