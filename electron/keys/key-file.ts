import { readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { writeFile } from 'atomically'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

/** A secret as it rests on disk: wrapped by the system's keyring, or plain in this file of mode 0600. */
const StoredSecret = z.object({ protection: z.enum(['keyring', 'file']), backend: z.string(), value: z.string() })

const KeyFile = z.object({
  version: z.literal(1),
  history: StoredSecret.nullable(),
  endpoints: z.record(z.string(), StoredSecret),
})

export type StoredSecret = z.infer<typeof StoredSecret>
export type KeyFile = z.infer<typeof KeyFile>

const EMPTY: KeyFile = { version: 1, history: null, endpoints: {} }

/**
 * Reads the key file; a missing one is empty.
 * @throws AppError `history-key-missing` when it is there but cannot be understood: it is never replaced.
 */
export function readKeyFile(file: string): KeyFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY
    throw damaged(error)
  }
  try {
    return KeyFile.parse(JSON.parse(text))
  } catch (error) {
    throw damaged(error)
  }
}

/** Replaces the key file as a whole (temporary file, fsync, rename), readable by its owner only. */
export async function writeKeyFile(file: string, keys: KeyFile): Promise<void> {
  await writeFile(file, JSON.stringify(keys, undefined, 2), { mode: 0o600 })
  await chmod(file, 0o600)
}

function damaged(cause: unknown): AppError {
  return new AppError(
    'history-key-missing',
    'The file with the key of your history cannot be read. Put keys.json back from a backup of the data folder. Nothing was changed.',
    { cause, retryable: true },
  )
}
