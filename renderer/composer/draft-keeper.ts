/** Where drafts are kept, and how news of them is told. */
export interface DraftStorage {
  get(conversationId: string): Promise<string>
  save(conversationId: string, text: string): Promise<void>
  onFailure(error: unknown): void
}

export interface Draft {
  text: string
  /** False until the stored draft is read; what is typed meanwhile wins over it. */
  isLoaded: boolean
}

interface KeptDraft extends Draft {
  /** The text that is known to be stored; undefined before it was read. */
  storedText: string | undefined
  timer: ReturnType<typeof setTimeout> | undefined
  saving: Promise<void>
}

export interface DraftKeeper {
  read(conversationId: string): Draft
  subscribe: (changed: () => void) => () => void
  /** Reads the stored draft unless it is known. */
  load(conversationId: string): Promise<void>
  write(conversationId: string, text: string): void
  /** Saves what is not saved yet, at once. */
  flush(conversationId: string): Promise<void>
  /** Empties the draft when its text is still `sentText`; what was typed after sending stays. */
  clearSent(conversationId: string, sentText: string): Promise<void>
}

const NO_DRAFT: Draft = { text: '', isLoaded: false }

/**
 * One draft for each conversation, each with its own timer: text typed here can never be saved there, however fast
 * somebody switches. Saves of one conversation follow each other, so that the newest text is the one that stays.
 */
export function createDraftKeeper(storage: DraftStorage, delayMs = 300): DraftKeeper {
  const drafts = new Map<string, KeptDraft>()
  const listeners = new Set<() => void>()

  const change = (conversationId: string, changes: Partial<KeptDraft>): KeptDraft => {
    const former = drafts.get(conversationId) ?? {
      ...NO_DRAFT,
      storedText: undefined,
      timer: undefined,
      saving: Promise.resolve(),
    }
    const next = { ...former, ...changes }
    drafts.set(conversationId, next)
    for (const changed of listeners) changed()
    return next
  }

  const flush = (conversationId: string): Promise<void> => {
    const draft = drafts.get(conversationId)
    if (!draft) return Promise.resolve()
    clearTimeout(draft.timer)
    if (draft.text === draft.storedText || (draft.storedText === undefined && draft.text === '')) return draft.saving
    const { text } = draft
    const saving = draft.saving
      .then(() => storage.save(conversationId, text))
      .catch((error: unknown) => {
        change(conversationId, { storedText: undefined })
        storage.onFailure(error)
      })
    change(conversationId, { saving, storedText: text, timer: undefined })
    return saving
  }

  const write = (conversationId: string, text: string) => {
    clearTimeout(drafts.get(conversationId)?.timer)
    change(conversationId, { text, timer: setTimeout(() => void flush(conversationId), delayMs) })
  }

  return {
    read: (conversationId) => drafts.get(conversationId) ?? NO_DRAFT,
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    async load(conversationId) {
      if (drafts.get(conversationId)?.isLoaded) return
      try {
        const text = await storage.get(conversationId)
        const typed = drafts.get(conversationId)?.text ?? ''
        change(conversationId, { isLoaded: true, text: typed === '' ? text : typed, storedText: text })
      } catch (error) {
        change(conversationId, { isLoaded: true })
        storage.onFailure(error)
      }
    },
    write,
    flush,
    async clearSent(conversationId, sentText) {
      if (drafts.get(conversationId)?.text === sentText) write(conversationId, '')
      await flush(conversationId)
    },
  }
}
