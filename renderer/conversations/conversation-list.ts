import { create } from 'zustand'
import { AppError } from '../../shared/errors.ts'
import type { ConversationRow } from '../../shared/record-types.ts'
import { call, onPush } from '../bridge.ts'
import { asAppError } from '../shell/app-state.ts'
import { appendPage, type LoadedRows, mergeFirstPage, placeRow } from './merge-first-page.ts'

type View = 'active' | 'trash'

interface ConversationList extends LoadedRows {
  status: 'loading' | 'ready' | 'failed'
  error: AppError | null
  loadMore: () => void
  /** Reads on to the end of the list. */
  loadAll: () => Promise<void>
  reload: () => void
  /** Reads it and follows `conversations.changed`; returns the function that stops. */
  watch: () => () => void
}

const PAGE_ROWS = 200
/** Changes in a burst (an import, many replies) cost one reading. */
const BURST_MS = 40
const MOST_SINGLE_READS = 8

/** Conversations of one view, read page by page as far as the person scrolls. */
function createConversationList(view: View) {
  return create<ConversationList>((set, get) => {
    let queue: Promise<void> = Promise.resolve()
    let changed = new Set<string | null>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let loadingMore = false

    // One reading at a time, so that an old answer never overwrites a newer one.
    const enqueue = (read: () => Promise<LoadedRows>): Promise<void> => {
      queue = queue.then(async () => {
        try {
          set({ ...(await read()), status: 'ready', error: null })
        } catch (cause) {
          set({ status: 'failed', error: asAppError(cause) })
        }
      })
      return queue
    }

    const refresh = () => {
      const ids = changed
      changed = new Set()
      void enqueue(() => readChanges(view, get(), ids))
    }

    const note = (conversationId: string | null) => {
      changed.add(conversationId)
      clearTimeout(timer)
      timer = setTimeout(refresh, BURST_MS)
    }

    return {
      rows: [],
      cursor: null,
      total: 0,
      status: 'loading',
      error: null,
      reload: () => void enqueue(() => readLoaded(view, get().rows.length)),
      loadMore: () => {
        if (loadingMore || get().cursor === null) return
        loadingMore = true
        void enqueue(async () => appendPage(get(), await readPage(view, get().cursor))).finally(() => {
          loadingMore = false
        })
      },
      loadAll: () => enqueue(() => readLoaded(view, get().total)),
      watch: () => {
        get().reload()
        const stop = onPush('conversations.changed', ({ conversationId }) => note(conversationId))
        return () => {
          stop()
          clearTimeout(timer)
        }
      },
    }
  })
}

export const useConversationList = createConversationList('active')
export const useTrashList = createConversationList('trash')

async function readPage(view: View, cursor: string | null): Promise<LoadedRows> {
  const page = await call('conversations.list', { view, cursor, limit: PAGE_ROWS })
  return { rows: page.conversations, cursor: page.cursor, total: page.total }
}

async function readLoaded(view: View, rows: number): Promise<LoadedRows> {
  let loaded = await readPage(view, null)
  while (loaded.cursor !== null && loaded.rows.length < rows)
    loaded = appendPage(loaded, await readPage(view, loaded.cursor))
  return loaded
}

async function readChanges(view: View, loaded: LoadedRows, ids: ReadonlySet<string | null>): Promise<LoadedRows> {
  const first = await readPage(view, null)
  let merged: LoadedRows | null = mergeFirstPage(loaded, first)
  const below = [...ids].filter((id) => !first.rows.some((row) => row.id === id))
  if (merged === first) return first
  if (below.includes(null) || below.length > MOST_SINGLE_READS) return readLoaded(view, loaded.rows.length)
  for (const id of below) {
    if (id === null || !merged) continue
    merged = placeRow(merged, id, await readRow(view, id))
  }
  return merged ?? readLoaded(view, loaded.rows.length)
}

async function readRow(view: View, conversationId: string): Promise<ConversationRow | null> {
  try {
    const row = await call('conversations.get', { conversationId })
    return (row.trashedAt !== null) === (view === 'trash') ? row : null
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'not-found') return null
    throw cause
  }
}
