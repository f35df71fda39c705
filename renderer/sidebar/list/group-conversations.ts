import type { ConversationRow } from '../../../shared/record-types.ts'

export type ListItem =
  | { type: 'heading'; key: string; group: Group }
  | { type: 'conversation'; key: string; row: ConversationRow; position: number }

export type Group =
  | { name: 'pinned' | 'today' | 'yesterday' | 'previousDays' }
  /** First day of the month, local time, in epoch milliseconds. */
  | { name: 'month'; start: number }

/**
 * The rows under headings: Pinned, Today, Yesterday, Previous 7 days, then months, by local calendar days.
 * The order of the rows stays as it is (activity, not clock), so a clock that was set back cannot make a heading
 * appear twice: a row belongs to its own day or to the group above it, whichever is older.
 */
export function groupConversations(rows: readonly ConversationRow[], now: Date): ListItem[] {
  const days = dayStarts(now)
  const items: ListItem[] = []
  let current: Group | null = null
  let oldest = Number.POSITIVE_INFINITY
  for (const [position, row] of rows.entries()) {
    if (row.pinnedAt === null) oldest = Math.min(oldest, row.updatedAt)
    const group: Group = row.pinnedAt === null ? groupOf(oldest, days) : { name: 'pinned' }
    if (!current || headingKey(current) !== headingKey(group)) {
      items.push({ type: 'heading', key: headingKey(group), group })
      current = group
    }
    items.push({ type: 'conversation', key: row.id, row, position })
  }
  return items
}

interface DayStarts {
  today: number
  yesterday: number
  sevenDaysAgo: number
}

function dayStarts(now: Date): DayStarts {
  // Calendar arithmetic by Date, not by 24 hours: days with a clock change are longer or shorter.
  const startOfDay = (daysAgo: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo).getTime()
  return { today: startOfDay(0), yesterday: startOfDay(1), sevenDaysAgo: startOfDay(7) }
}

function groupOf(time: number, days: DayStarts): Group {
  if (time >= days.today) return { name: 'today' }
  if (time >= days.yesterday) return { name: 'yesterday' }
  if (time >= days.sevenDaysAgo) return { name: 'previousDays' }
  const date = new Date(time)
  return { name: 'month', start: new Date(date.getFullYear(), date.getMonth(), 1).getTime() }
}

function headingKey(group: Group): string {
  return group.name === 'month' ? `month-${group.start}` : group.name
}
