import type { ConversationRow } from '../../shared/record-types.ts'

/** Part of the list: from its top down to `cursor` (null: to its end), of `total` in the history. */
export interface LoadedRows {
  rows: ConversationRow[]
  cursor: string | null
  total: number
}

/**
 * Puts a freshly read first page on top of what was loaded. Rows that the page no longer holds were pushed below it,
 * so they follow it in their old order; a row that left the list altogether has to be removed by the caller.
 */
export function mergeFirstPage(loaded: LoadedRows, first: LoadedRows): LoadedRows {
  if (first.cursor === null || loaded.rows.length <= first.rows.length) return first
  const onPage = new Set(first.rows.map((row) => row.id))
  const below = loaded.rows.filter((row) => !onPage.has(row.id))
  return { rows: [...first.rows, ...below], cursor: loaded.cursor, total: first.total }
}

/** Appends the next page; a row that moved up meanwhile is not shown twice. */
export function appendPage(loaded: LoadedRows, next: LoadedRows): LoadedRows {
  const known = new Set(loaded.rows.map((row) => row.id))
  const rows = [...loaded.rows, ...next.rows.filter((row) => !known.has(row.id))]
  return { rows, cursor: next.cursor, total: next.total }
}

/**
 * Takes over one changed row that is below the first page. Null says that its place cannot be told
 * (it moved, or came back), so the list has to be read again.
 */
export function placeRow(loaded: LoadedRows, id: string, row: ConversationRow | null): LoadedRows | null {
  const index = loaded.rows.findIndex((known) => known.id === id)
  const known = loaded.rows[index]
  if (!row) return known ? { ...loaded, rows: loaded.rows.toSpliced(index, 1) } : loaded
  if (!known) return null
  const moved = known.updatedAt !== row.updatedAt || known.pinnedAt !== row.pinnedAt
  return moved ? null : { ...loaded, rows: loaded.rows.with(index, row) }
}
