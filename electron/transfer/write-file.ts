import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'

const BUFFER_SIZE = 256 * 1024

interface WriteFileArgs {
  path: string
  /** Pieces of text, read one at a time and never held together. */
  pieces: Iterable<string>
  signal: AbortSignal
  /** Told the bytes so far after each write, about every 256 KiB. */
  onWritten?: (sizeBytes: number) => void
}

/**
 * Writes a whole file or none: text goes to a temporary file in the same folder, is synced, and takes the place of
 * `path` in one rename, after which the folder is synced. What stood at `path` is untouched until then. Each write is
 * awaited before the next piece is read. Cancelling or failing removes the temporary file.
 * Returns the size in bytes. Throws 'cancelled', 'disk-full', 'folder-read-only' or 'export-failed'.
 */
export async function writeWholeFile({ path, pieces, signal, onWritten }: WriteFileArgs): Promise<number> {
  const folder = dirname(path)
  // Always the same name, so that what a killed export left behind goes with the next one. Names are at most 255 bytes.
  const temporary = join(folder, `.${basename(path).slice(0, 60)}.alcove-part`)
  let handle: FileHandle | null = null
  try {
    signal.throwIfAborted()
    // Only its owner may read an export: it holds private text in the clear.
    await rm(temporary, { force: true })
    handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    const sizeBytes = await writePieces(handle, pieces, signal, onWritten)
    await handle.sync()
    await handle.close()
    handle = null
    signal.throwIfAborted()
    await rename(temporary, path)
    await syncFolder(folder)
    return sizeBytes
  } catch (error) {
    await handle?.close().catch(ignoreSecondFailure)
    await rm(temporary, { force: true }).catch(ignoreSecondFailure)
    throw toExportError(error, signal)
  }
}

async function writePieces(
  handle: FileHandle,
  pieces: Iterable<string>,
  signal: AbortSignal,
  onWritten?: (sizeBytes: number) => void,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(BUFFER_SIZE)
  let used = 0
  let sizeBytes = 0

  async function flush(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten
    sizeBytes += bytes.length
    onWritten?.(sizeBytes)
    signal.throwIfAborted()
  }

  for (const piece of pieces) {
    // UTF-8 takes at most three bytes for a UTF-16 unit, so the exact count is only needed near the end of the buffer.
    if (piece.length * 3 <= BUFFER_SIZE - used) {
      used += buffer.write(piece, used)
      continue
    }
    await flush(buffer.subarray(0, used))
    used = 0
    if (piece.length * 3 <= BUFFER_SIZE) used = buffer.write(piece)
    else await flush(Buffer.from(piece))
  }
  if (used > 0) await flush(buffer.subarray(0, used))
  return sizeBytes
}

/** A rename is only durable once its folder is; Windows cannot open a folder and syncs it by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } catch (error) {
    // Some network file systems refuse to sync a folder; the file itself is synced already.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(errorCode(error))) throw error
  } finally {
    await handle.close()
  }
}

function toExportError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted)
    return new AppError('cancelled', 'The export was cancelled. No file was written.', { cause: error })
  if (error instanceof AppError) return error
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError(
        'disk-full',
        'The disk is full, so no file was written. Free some space or choose another place, then export again.',
        { cause: error, retryable: true },
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError(
        'folder-read-only',
        'Alcove may not write in that folder. Choose another folder, then export again.',
        { cause: error },
      )
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError(
        'export-failed',
        'That folder is not there any more. Choose another folder, then export again.',
        {
          cause: error,
        },
      )
    case '':
      return error
    default:
      return new AppError('export-failed', 'The file could not be written. Choose another place, then export again.', {
        cause: error,
        retryable: true,
      })
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function ignoreSecondFailure(): void {
  // The first failure is the one that is reported.
}
