/** Puts a salvaged history in the place of the damaged one, which is kept under another name. */
import { constants, copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileErrorCode, syncFile, syncFolder } from '../backup/durable-files.ts'

const SALVAGED = /\.salvaged-(\d+)\.db$/

/**
 * Gives the damaged history and its log a second name (`history.damaged-<n>.db`, also `-wal`), then `salvaged`, a whole
 * file in the same folder, the name of the history. Killed at any point, either the damaged history is in its place, or
 * `finishReplacing` puts the salvaged one there at the next start. Returns the name under which the damaged one is kept.
 */
export function replaceHistory({ file, salvaged }: { file: string; salvaged: string }): string {
  const number = nextNumber(file)
  const kept = nameOf(file, 'damaged', number)
  syncFile(salvaged)
  keep(file, kept)
  if (existsSync(`${file}-wal`)) keep(`${file}-wal`, `${kept}-wal`)
  syncFolder(path.dirname(file))
  // From here on the salvaged history is the one that counts: see `finishReplacing`.
  renameSync(salvaged, nameOf(file, 'salvaged', number))
  syncFolder(path.dirname(file))
  finishReplacing({ file })
  return path.basename(kept)
}

/** Ends what `replaceHistory` had begun when it was killed. To be called before anything opens the history. */
export function finishReplacing({ file }: { file: string }): void {
  const folder = path.dirname(file)
  if (!existsSync(folder)) return
  const base = path.basename(file, '.db')
  const name = readdirSync(folder).find((each) => each.startsWith(base) && each.slice(base.length).match(SALVAGED))
  if (name === undefined) return
  // The old log would be written into the new history; it is kept with the damaged one.
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
  syncFolder(folder)
  renameSync(path.join(folder, name), file)
  syncFolder(folder)
}

/** A second name for the same bytes, so that the first one is never without them. */
function keep(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!WITHOUT_LINKS.has(fileErrorCode(error))) throw error
    copyFileSync(from, to, constants.COPYFILE_EXCL)
    syncFile(to)
  }
}

const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function nextNumber(file: string): number {
  let number = 1
  while (['', '-wal'].some((end) => existsSync(nameOf(file, 'damaged', number) + end))) number += 1
  return number
}

function nameOf(file: string, state: 'damaged' | 'salvaged', number: number): string {
  return file.replace(/(\.db)?$/, `.${state}-${number}.db`)
}
