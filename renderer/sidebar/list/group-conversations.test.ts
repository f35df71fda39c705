import { expect, it } from 'vitest'
import type { ConversationRow } from '../../../shared/record-types.ts'
import { groupConversations } from './group-conversations.ts'

const now = new Date(2026, 10, 24, 9, 30)

it('puts rows under pinned, days and months', () => {
  const rows = [
    conversation('pinned', new Date(2025, 0, 1), true),
    conversation('this-morning', new Date(2026, 10, 24, 0, 0)),
    conversation('late-yesterday', new Date(2026, 10, 23, 23, 59)),
    conversation('two-days', new Date(2026, 10, 22, 8)),
    conversation('seven-days', new Date(2026, 10, 17, 0, 0)),
    conversation('eight-days', new Date(2026, 10, 16, 23, 59)),
    conversation('october', new Date(2026, 9, 3)),
    conversation('last-year', new Date(2025, 9, 3)),
  ]
  expect(outline(rows)).toEqual([
    '# pinned',
    'pinned',
    '# today',
    'this-morning',
    '# yesterday',
    'late-yesterday',
    '# previousDays',
    'two-days',
    'seven-days',
    '# month 2026-11',
    'eight-days',
    '# month 2026-10',
    'october',
    '# month 2025-10',
    'last-year',
  ])
})

it('keeps each heading once when the clock was set back between two messages', () => {
  const rows = [
    conversation('newest', new Date(2026, 10, 23, 12)),
    conversation('older-but-later-by-the-clock', new Date(2026, 10, 24, 8)),
    conversation('oldest', new Date(2026, 10, 23, 11)),
  ]
  expect(outline(rows)).toEqual(['# yesterday', 'newest', 'older-but-later-by-the-clock', 'oldest'])
})

it('counts a time in the future as today', () => {
  expect(outline([conversation('ahead', new Date(2027, 0, 1))])).toEqual(['# today', 'ahead'])
})

function outline(rows: ConversationRow[]): string[] {
  return groupConversations(rows, now).map((item) => {
    if (item.type === 'conversation') return item.row.id
    if (item.group.name !== 'month') return `# ${item.group.name}`
    const start = new Date(item.group.start)
    return `# month ${start.getFullYear()}-${start.getMonth() + 1}`
  })
}

function conversation(id: string, updated: Date, pinned = false): ConversationRow {
  return {
    id,
    title: id,
    titleSource: 'user',
    createdAt: updated.getTime(),
    updatedAt: updated.getTime(),
    pinnedAt: pinned ? updated.getTime() : null,
    archivedAt: null,
    trashedAt: null,
    folderId: null,
    unread: false,
    streaming: false,
  }
}
