import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../scripts/build.ts'

/**
 * Calls `measure` with a new folder that is removed afterwards. It stands on the disk of the checkout: the one for
 * temporary files may be in memory, where waiting for the disk costs nothing.
 */
export async function inBenchFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(projectRoot, 'node_modules', '.measured-'))
  try {
    await measure(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
