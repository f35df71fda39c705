/** Numbers about the whole history, from indexes and page counts only. */
import type { StatisticUnit } from '../../shared/record-types.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

interface Statistic {
  /** Key of its name in the message catalogue, under `statistics`. */
  id: string
  unit: StatisticUnit
  /** One number. */
  sql: string
}

/** Every statistic there is; adding one here and its name in the catalogue is all it takes. */
const statistics: readonly Statistic[] = [
  {
    id: 'conversations',
    unit: 'count',
    sql: 'SELECT count(*) AS value FROM conversations WHERE trashed_seq IS NULL AND active_leaf_seq IS NOT NULL AND hidden IS NULL',
  },
  {
    id: 'messages',
    unit: 'count',
    sql: `
      SELECT (SELECT count(*) FROM messages) - (
        SELECT count(*) FROM messages
        WHERE conversation_seq IN (SELECT seq FROM conversations WHERE hidden IS NOT NULL)
      ) AS value`,
  },
  {
    id: 'historySize',
    unit: 'bytes',
    sql: 'SELECT page_count * page_size AS value FROM pragma_page_count, pragma_page_size',
  },
]

/** The value of every statistic, in the order in which they are shown. */
export function getStatistics(
  db: Database,
  _nothing: object = {},
): { id: string; unit: StatisticUnit; value: number }[] {
  return statistics.map(({ id, unit, sql }) => ({
    id,
    unit,
    value: statement<{ value: number }>(db, sql).get({})?.value ?? 0,
  }))
}
