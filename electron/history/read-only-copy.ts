import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * Copies the history and its write-ahead log, still encrypted, into a private folder (0700). SQLite cannot open a
 * history in a folder that cannot be written to, not even for reading. `remove` deletes the copy.
 */
export function copyForReading({ file }: { file: string }): { file: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'alcove-read-only-'))
  const copy = path.join(folder, path.basename(file))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end)
    return { file: copy, remove }
  } catch (error) {
    remove()
    throw error
  }
}
