/** Files that are whole under their name or not there at all, also after a power failure. */
import { closeSync, constants, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/** Makes an empty file that only its owner may read. Throws EEXIST where there is one. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'wx', 0o600))
}

/** Returns once the bytes of the file are on the disk. */
export function syncFile(file: string): void {
  // Windows syncs only what is open for writing.
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Returns once the names in the folder are on the disk; Windows cannot open a folder and syncs it by itself. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } catch (error) {
    // Some network file systems refuse to sync a folder; the file itself is synced already.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(fileErrorCode(error))) throw error
  } finally {
    closeSync(handle)
  }
}

/** Gives a synced file its name in the same folder, durably. Throws EEXIST, and leaves both, where there is one of that name. */
export function placeNewFile(temporary: string, file: string): void {
  try {
    // A rename would replace what stands there; a second name cannot.
    linkSync(temporary, file)
    rmSync(temporary)
  } catch (error) {
    if (!WITHOUT_LINKS.has(fileErrorCode(error))) throw error
    // Memory sticks know no second names: the name is taken first, then replaced.
    createPrivateFile(file)
    replaceOwn(file, temporary)
  }
  syncFolder(path.dirname(file))
}

/** An empty file must not stay under the name when the rename fails. */
function replaceOwn(file: string, temporary: string): void {
  try {
    renameSync(temporary, file)
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
}

const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** The code of a file system error (`ENOSPC`); empty for any other error. */
export function fileErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
