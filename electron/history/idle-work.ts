/** What the history worker does while nobody waits for it. */
import { AppError } from '../../shared/errors.ts'
import type { Reserve } from './ballast.ts'
import type { Database } from './database.ts'
import { eraseSome } from './erase/erase-some.ts'
import { hideUnfinishedImports } from './import/staged.ts'
import { indexSome } from './index/index-messages.ts'
import { rebuildIndex } from './index/rebuild-index.ts'
import { fromSqliteError } from './sqlite-errors.ts'

/** Once for each connection: if it does not help, the damage is not in the index. */
const rebuilt = new WeakSet<Database>()

/**
 * One step of a few milliseconds: first what was erased leaves the disk, then the index follows the messages; a damaged
 * index is made anew. Returns how many milliseconds the next step should wait; null when nothing is left to do.
 */
export function workIdly(db: Database, reserve: Reserve): number | null {
  try {
    const erasing = reserve.run('deleting', () => {
      hideUnfinishedImports(db)
      return eraseSome(db)
    })
    if (erasing === 0) return 0
    return reserve.run(undefined, () => indexSome(db)) ? 0 : erasing
  } catch (error) {
    const reason = fromSqliteError(error)
    if (!(reason instanceof AppError) || reason.code !== 'index-damaged' || rebuilt.has(db)) throw error
    rebuilt.add(db)
    reserve.run(undefined, () => rebuildIndex(db))
    return 0
  }
}
