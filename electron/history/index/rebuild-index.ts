import type { Database } from '../database.ts'
import { statement, transact } from '../statement.ts'
import { startAnew } from './backlog.ts'
import { INDEX_TEXT_VERSION } from './index-text.ts'

const INDEXES = ['message_index', 'message_stems'] as const

/**
 * Empties an index that is damaged in itself (`index-damaged`); the messages are not. The history worker then indexes all
 * of them again, step by step, and search finds more and more. Throws `history-corrupt` where the damage is deeper.
 */
export function rebuildIndex(db: Database, _nothing: object = {}): void {
  transact(db, () => {
    for (const index of INDEXES) {
      statement(db, `INSERT INTO ${index} (${index}) VALUES ('delete-all')`).run()
      // Part of what is emptied, in some forms of damage.
      statement(db, `INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', 1)`).run()
    }
    startAnew(db, INDEX_TEXT_VERSION)
  })
}
