/** What the history worker does while nobody waits for it. */
import type { Reserve } from './ballast.ts'
import type { Database } from './database.ts'
import { eraseSome } from './erase/erase-some.ts'
import { hideUnfinishedImports } from './import/staged.ts'
import { indexSome } from './index/index-messages.ts'

/**
 * One step of a few milliseconds: first what was erased leaves the disk, then the index follows the messages. Returns how
 * many milliseconds the next step should wait; null when nothing is left to do.
 */
export function workIdly(db: Database, reserve: Reserve): number | null {
  const erasing = reserve.run('deleting', () => {
    hideUnfinishedImports(db)
    return eraseSome(db)
  })
  if (erasing === 0) return 0
  return reserve.run(undefined, () => indexSome(db)) ? 0 : erasing
}
