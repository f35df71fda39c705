import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Calls `measure` with a new folder that is removed afterwards. It stands beside the measurements: one for temporary
 * files may be in memory, where waiting for the disk costs nothing.
 */
export async function inBenchFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(dirname(import.meta.dirname), '.measured-'))
  try {
    await measure(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
