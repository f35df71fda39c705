import { useEffect } from 'react'
import { create } from 'zustand'
import type { AppError } from '../../shared/errors.ts'
import type { Conversation } from '../../shared/record-types.ts'
import { call, onPush } from '../bridge.ts'
import { asAppError } from '../shell/app-state.ts'
import { useSelection } from '../sidebar/selection.ts'

interface OpenConversation {
  /** The conversation in front, read whole; null until it has come. */
  conversation: Conversation | null
  error: AppError | null
}

const useOpen = create<OpenConversation>(() => ({ conversation: null, error: null }))

/** The record of the conversation in front; null while another one is still held. */
export function useOpenConversation(): Conversation | null {
  const conversationId = useSelection((state) => state.conversationId)
  const conversation = useOpen((state) => state.conversation)
  return conversation?.id === conversationId ? conversation : null
}

/** Takes over the answer of a call that changed the conversation. */
export function putConversation(conversation: Conversation): void {
  if (useSelection.getState().conversationId === conversation.id) useOpen.setState({ conversation, error: null })
}

/** Keeps the record of a conversation fresh while it is in front. */
export function useConversationWatch(conversationId: string): void {
  useEffect(() => {
    let isCurrent = true
    const read = () =>
      call('conversations.get', { conversationId }).then(
        (conversation) => isCurrent && useOpen.setState({ conversation, error: null }),
        (cause: unknown) => isCurrent && useOpen.setState({ error: asAppError(cause) }),
      )
    void read()
    const stop = onPush('conversations.changed', (changed) => {
      if (changed.conversationId === null || changed.conversationId === conversationId) void read()
    })
    return () => {
      isCurrent = false
      stop()
    }
  }, [conversationId])
}
