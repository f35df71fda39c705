import { expect, it } from 'vitest'
import type { ConversationRow } from '../../shared/record-types.ts'
import { appendPage, type LoadedRows, mergeFirstPage, placeRow } from './merge-first-page.ts'

it('puts a conversation that became active on top and keeps what was loaded below', () => {
  const merged = mergeFirstPage(loaded('abcdef', 'after-f', 9), loaded('eab', 'after-b', 9))
  expect(shape(merged)).toEqual({ rows: 'eabcdf', cursor: 'after-f', total: 9 })
})

it('takes the first page as the whole list when nothing follows it', () => {
  const merged = mergeFirstPage(loaded('abcdef', null, 6), loaded('ab', null, 2))
  expect(shape(merged)).toEqual({ rows: 'ab', cursor: null, total: 2 })
})

it('shows a row once that moved up while the next page was read', () => {
  const appended = appendPage(loaded('dab', 'after-b', 5), loaded('cde', null, 5))
  expect(shape(appended)).toEqual({ rows: 'dabce', cursor: null, total: 5 })
})

it('changes a row in its place', () => {
  const renamed = { ...row('b'), title: 'renamed' }
  expect(placeRow(loaded('abc', null, 3), 'b', renamed)?.rows).toEqual([row('a'), renamed, row('c')])
})

it('takes away a row that is gone', () => {
  expect(placeRow(loaded('abc', null, 2), 'b', null)?.rows).toEqual([row('a'), row('c')])
})

it('asks for a new reading when a row moved or came back', () => {
  expect(placeRow(loaded('abc', null, 3), 'b', { ...row('b'), updatedAt: 9 })).toBeNull()
  expect(placeRow(loaded('abc', null, 3), 'x', row('x'))).toBeNull()
})

function shape({ rows, ...rest }: LoadedRows) {
  return { rows: rows.map(({ id }) => id).join(''), ...rest }
}

function loaded(ids: string, cursor: string | null, total: number): LoadedRows {
  return { rows: ids.split('').map(row), cursor, total }
}

function row(id: string): ConversationRow {
  return {
    id,
    title: id,
    titleSource: 'user',
    createdAt: 1,
    updatedAt: 1,
    pinnedAt: null,
    archivedAt: null,
    trashedAt: null,
    folderId: null,
    unread: false,
    streaming: false,
  }
}
