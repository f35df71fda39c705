import { create } from 'zustand'
import type { AppError } from '../../shared/errors.ts'
import type { Message } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { asAppError } from '../shell/app-state.ts'
import { mergeNewest } from './merge-newest.ts'

const PAGE = 50
const LARGEST_PAGE = 200
/** Transcripts kept for switching back at once. */
const KEPT = 5

/** The loaded end of a conversation's active branch. */
export interface LoadedTranscript {
  /** Oldest first. */
  messages: readonly Message[]
  /** Whether there are older messages than these. */
  hasMore: boolean
  /** False until the first page has come. */
  isLoaded: boolean
  isLoadingOlder: boolean
  error: AppError | null
  /** Text that was sent and is not known to be on disk yet. */
  pendingText: string | null
}

const NOTHING_LOADED: LoadedTranscript = {
  messages: [],
  hasMore: false,
  isLoaded: false,
  isLoadingOlder: false,
  error: null,
  pendingText: null,
}

interface Transcripts {
  /** By conversation, the one looked at last at the end. */
  byConversation: ReadonlyMap<string, LoadedTranscript>
}

const useTranscripts = create<Transcripts>(() => ({ byConversation: new Map() }))

export function useTranscript(conversationId: string): LoadedTranscript {
  return useTranscripts((state) => state.byConversation.get(conversationId) ?? NOTHING_LOADED)
}

/** The reply that is being received in a conversation that is in front; null when there is none. */
export function useStreamingReplyId(conversationId: string): string | null {
  return useTranscripts((state) => {
    const messages = state.byConversation.get(conversationId)?.messages
    return messages?.findLast(({ status }) => status === 'streaming')?.id ?? null
  })
}

function change(conversationId: string, changes: Partial<LoadedTranscript>): void {
  useTranscripts.setState(({ byConversation }) => {
    const former = byConversation.get(conversationId) ?? NOTHING_LOADED
    const others = [...byConversation].filter(([id]) => id !== conversationId).slice(1 - KEPT)
    return { byConversation: new Map([...others, [conversationId, { ...former, ...changes }]]) }
  })
}

/** What is loaded of a conversation right now. */
export function transcriptOf(conversationId: string): LoadedTranscript {
  return useTranscripts.getState().byConversation.get(conversationId) ?? NOTHING_LOADED
}

let newestReload = 0

/** Reads the newest messages again, as many as are loaded; older ones already loaded stay when they still lead here. */
export async function reloadTranscript(conversationId: string): Promise<void> {
  newestReload += 1
  const turn = newestReload
  const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, transcriptOf(conversationId).messages.length))
  try {
    const page = await call('messages.list', { conversationId, beforeId: null, limit })
    // A later reload knows more; its answer may have come first.
    if (turn !== newestReload) return
    const former = transcriptOf(conversationId)
    change(conversationId, {
      ...mergeNewest(former, page),
      isLoaded: true,
      error: null,
      // News of the stored message may come before the answer to sending it; it must not be seen twice.
      ...(isStored(former, page.messages) && { pendingText: null }),
    })
  } catch (cause) {
    if (turn === newestReload) change(conversationId, { error: asAppError(cause) })
  }
}

function isStored({ messages, pendingText }: LoadedTranscript, newest: readonly Message[]): boolean {
  const known = new Set(messages.map(({ id }) => id))
  return newest.some(({ id, role, text }) => role === 'user' && text === pendingText && !known.has(id))
}

/** Reads one page before the oldest loaded message, unless that is under way. */
export async function loadOlder(conversationId: string): Promise<void> {
  const { messages, hasMore, isLoadingOlder } = transcriptOf(conversationId)
  const oldest = messages[0]
  if (!oldest || !hasMore || isLoadingOlder) return
  change(conversationId, { isLoadingOlder: true })
  try {
    const page = await call('messages.list', { conversationId, beforeId: oldest.id, limit: PAGE })
    const now = transcriptOf(conversationId)
    // The branch may have been switched meanwhile; then these messages belong to another one.
    const fits = now.messages[0]?.id === oldest.id
    change(conversationId, {
      isLoadingOlder: false,
      ...(fits && { messages: [...page.messages, ...now.messages], hasMore: page.hasMore, error: null }),
    })
  } catch (cause) {
    change(conversationId, { isLoadingOlder: false, error: asAppError(cause) })
  }
}

/** Takes over a stored message that is among the loaded ones. */
export function putMessage(message: Message): void {
  const { messages } = transcriptOf(message.conversationId)
  const index = messages.findIndex(({ id }) => id === message.id)
  if (index >= 0) change(message.conversationId, { messages: messages.with(index, message) })
}

/** Shows the sent text at once; null once it is among the stored messages, or could not be stored. */
export function setPendingText(conversationId: string, pendingText: string | null): void {
  change(conversationId, { pendingText })
}
