import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { indexSome } from '../index/index-messages.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { type SeededHistory, seedLargeHistory } from './seed-large-history.ts'

export interface CachedHistory extends SeededHistory {
  /** Shared by everybody: only read it, or copy it first. */
  file: string
  key: Buffer
  messages: number
}

const SEED = 1
const KEY = createHash('sha256').update('a history that is made up').digest()
/** What a made history depends on. */
const SOURCES = [
  '../schema.sql',
  '../index/index-text.ts',
  'seed-large-history.ts',
  'made-up-texts.ts',
  'seeded-random.ts',
  'cached-history.ts',
]
/** Of an average conversation. */
const MESSAGES_EACH = 50
const STEP_MS = 1_000

/**
 * The large history of `messages` messages, made once for each schema (a million take some minutes) and kept outside
 * the project in the folder for temporary files.
 */
export function cachedHistory(messages: number): CachedHistory {
  const hash = createHash('sha256')
  for (const source of SOURCES) hash.update(readFileSync(path.join(import.meta.dirname, source)))
  const folder = path.join(cacheFolder(), `${messages}-${hash.digest('hex').slice(0, 16)}`)
  if (!existsSync(folder)) make(folder, messages)
  const seeded = JSON.parse(readFileSync(path.join(folder, 'seeded.json'), 'utf8')) as SeededHistory
  return { ...seeded, file: path.join(folder, 'history.db'), key: KEY, messages }
}

/** Of one user: another could not write into it. */
function cacheFolder(): string {
  return path.join(os.tmpdir(), `alcove-large-histories-${os.userInfo().uid}`)
}

/** A copy in `folder` that may be written to. */
export function copyOfCachedHistory(messages: number, folder: string): CachedHistory {
  const cached = cachedHistory(messages)
  const file = path.join(folder, 'history.db')
  copyFileSync(cached.file, file)
  return { ...cached, file }
}

function make(folder: string, messages: number): void {
  mkdirSync(path.dirname(folder), { recursive: true })
  const unfinished = mkdtempSync(`${folder}-unfinished-`)
  try {
    const db = openHistoryFile({ file: path.join(unfinished, 'history.db'), key: KEY })
    // What a crash cuts off is made again.
    db.pragma('synchronous = OFF')
    try {
      const conversations = Math.max(2, Math.round(messages / MESSAGES_EACH))
      const seeded = seedLargeHistory(db, { messages, conversations, seed: SEED })
      writeFileSync(path.join(unfinished, 'seeded.json'), JSON.stringify(seeded))
      // In long steps: each is a commit, and there would be tens of thousands of short ones.
      while (indexSome(db, { stepMs: STEP_MS }));
      db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      db.close()
    }
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    // Another process may have been first.
    if (!existsSync(folder)) throw error
  }
}
