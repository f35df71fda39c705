import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * Where Chromium may write while the data folder cannot be written to: it would otherwise end without a word, for want of
 * its lock file. Gone when the process ends. Undefined where the data folder will do.
 */
export function borrowHome(dataFolder: string): string | undefined {
  try {
    accessSync(dataFolder, constants.W_OK)
    return undefined
  } catch {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-home-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    return folder
  }
}
