/** Damage at random places of a history, and what the program makes of it. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../../shared/errors.ts'
import { type Database, openDatabase } from '../../database.ts'
import { indexEverything } from '../../index/index-messages.ts'
import { openHistoryFile } from '../../open-history-file.ts'
import { fromSqliteError } from '../../sqlite-errors.ts'
import type { SeededRandom } from '../../testing/seeded-random.ts'
import { exchange, newConversation, temporaryFile } from '../../testing/temporary-history.ts'
import { checkBeforeOpening } from '../kept-header.ts'
import { PAGE_BYTES } from '../pages/page-cipher.ts'
import { openPages } from '../pages/page-source.ts'
import { orUndefined } from '../reads/damage.ts'
import { salvage } from '../salvage.ts'
import { checkAll } from './check-all.ts'
import { textsOf } from './damaged-history.ts'
import { findMessagesOnPages } from './messages-on-pages.ts'

export interface TrialHistory {
  file: string
  key: Buffer
  db: Buffer
  /** Empty where everything is in the file itself. */
  log: Buffer
  texts: Map<string, string>
  /** The messages of which each page holds a part, where everything is in the file itself. */
  messagesOn: Map<number, Set<string>>
  /** Pages that no table or index uses. */
  freePages: Set<number>
}

/** A closed history with words indexed, erased conversations (so with free pages) and, if asked for, a log. */
export function buildTrialHistory({
  conversations,
  withLog,
}: {
  conversations: number
  withLog: boolean
}): TrialHistory {
  const { file, key } = temporaryFile()
  const first = openHistoryFile({ file, key })
  first.pragma('synchronous = OFF')
  const ids = Array.from({ length: conversations }, (_, index) => {
    const id = newConversation(first)
    exchange(first, id, `question ${index}`, `answer ${index} `.repeat(index % 7 === 0 ? 800 : 25))
    return id
  })
  for (const id of ids) exchange(first, id, `more of ${id}`, `another answer to ${id} `.repeat(10))
  indexEverything(first)
  first.close()
  // The second opening keeps the header.
  const db = openHistoryFile({ file, key })
  db.pragma('synchronous = OFF')
  if (withLog) {
    for (const id of ids.slice(0, 20)) exchange(db, id, `late question of ${id}`, `late answer of ${id} `.repeat(20))
  }
  const texts = textsOf(db)
  const used = db.prepare<[], number>('SELECT pageno FROM dbstat').pluck().all()
  const leafSql = "SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf'"
  const leaves = db.prepare<[], number>(leafSql).pluck().all()
  const count = Number(db.pragma('page_count', { simple: true }))
  const log = withLog ? readFileSync(`${file}-wal`) : Buffer.alloc(0)
  const bytes = withLog ? readFileSync(file) : undefined
  db.close()
  const inUse = new Set(used)
  const freePages = new Set(Array.from({ length: count }, (_, index) => index + 1).filter((page) => !inUse.has(page)))
  return {
    file,
    key,
    db: bytes ?? readFileSync(file),
    log,
    texts,
    freePages,
    messagesOn: withLog ? new Map() : findMessagesOnPages({ file, key }, leaves),
  }
}

export interface Damage {
  kind: 'flip' | 'cut' | 'zeros' | 'foreign'
  of: 'db' | 'log'
  offset: number
  db: Buffer
  log: Buffer
}

export function damageAtRandom(history: TrialHistory, random: SeededRandom, kind: Damage['kind']): Damage {
  const of = history.log.length > 0 && random.below(3) > 0 ? 'log' : 'db'
  const bytes = Buffer.from(history[of])
  const offset = random.below(bytes.length)
  const pageStart = of === 'db' ? offset - (offset % PAGE_BYTES) : Math.max(32, offset - ((offset - 32) % 4120)) + 24
  if (kind === 'flip') bytes[offset] = (bytes[offset] ?? 0) ^ (1 << random.below(8))
  if (kind === 'zeros') bytes.fill(0, pageStart, Math.min(bytes.length, pageStart + PAGE_BYTES))
  if (kind === 'foreign') {
    const other = random.below(Math.floor(history.db.length / PAGE_BYTES)) * PAGE_BYTES
    history.db.copy(bytes, pageStart, other, other + Math.min(PAGE_BYTES, bytes.length - pageStart))
  }
  const damaged = kind === 'cut' ? bytes.subarray(0, offset) : bytes
  return { kind, of, offset, db: of === 'db' ? damaged : history.db, log: of === 'log' ? damaged : history.log }
}

/** The files of a trial in a folder of their own, with the header that was kept before the damage. */
export function layOut(history: TrialHistory, damage: Damage, name: string): string {
  const folder = path.join(path.dirname(history.file), name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const file = path.join(folder, 'history.db')
  writeFileSync(file, damage.db)
  if (damage.log.length > 0) writeFileSync(`${file}-wal`, damage.log)
  copyFileSync(history.file.replace(/\.db$/, '.header'), file.replace(/\.db$/, '.header'))
  return file
}

export interface Trial {
  /** Opening refused it, reading or the check found it, or the log ends early as after a power failure. */
  noticed: 'opening' | 'check' | 'torn' | 'no'
  /** The damaged bytes belong to nothing that is in use. */
  isDead: boolean
  /** Texts that are not what was written. */
  wrong: number
}

/** Opens and reads the damaged files as the program does. Throws anything that is not an expected error. */
export function tryToRead(history: TrialHistory, damage: Damage, file: string): Trial {
  const isDead = liesInNothing(history, damage)
  const { key } = history
  let db: Database | undefined
  try {
    checkBeforeOpening({ file, key })
    const pages = openPages({ file, key })
    const log = pages?.log.state
    pages?.close()
    db = openDatabase({ file, key })
    const wrong = wrongTexts(db, history)
    const { messages, conversationSeqs, others } = checkAll(db)
    const isFound = messages + conversationSeqs.length + others > 0
    return { noticed: isFound ? 'check' : log === 'torn' ? 'torn' : 'no', isDead, wrong }
  } catch (thrown) {
    const error = fromSqliteError(thrown)
    if (!(error instanceof AppError)) throw thrown
    return { noticed: 'opening', isDead, wrong: 0 }
  } finally {
    db?.close()
  }
}

function liesInNothing(history: TrialHistory, { of, offset, kind }: Damage): boolean {
  if (kind === 'cut') return false
  const newest = pagesInLog(history)
  if (of === 'db') {
    const page = Math.floor(offset / PAGE_BYTES) + 1
    // A newer form of the page is in the log; of the first one, the salt is needed all the same.
    if (page === 1 && offset < 16) return false
    return history.freePages.has(page) || newest.has(page)
  }
  return false
}

const inLog = new WeakMap<TrialHistory, Set<number>>()

function pagesInLog(history: TrialHistory): Set<number> {
  const known = inLog.get(history)
  if (known) return known
  const pages = new Set<number>()
  for (let at = 32; at + 24 <= history.log.length; at += 24 + PAGE_BYTES) pages.add(history.log.readUInt32BE(at))
  inLog.set(history, pages)
  return pages
}

/** Message by message, so that those behind a damaged one are looked at too. */
function wrongTexts(db: Database, { texts }: TrialHistory): number {
  const bySeq = db.prepare<[number], { id: string; text: string }>(
    'SELECT id, text FROM messages NOT INDEXED WHERE seq = ?',
  )
  let wrong = 0
  for (let seq = 1; seq <= texts.size; seq += 1) {
    const row = orUndefined(() => bySeq.get(seq))
    // Of a log that ends early, a reply may be there as it was before its text was moved to it.
    if (row && !(texts.get(row.id) ?? '\0').startsWith(row.text)) wrong += 1
  }
  return wrong
}

export interface SalvageTrial {
  /** Whole texts of the damaged history that are in the salvaged one. */
  recovered: number
  /** Whole texts that are not, although no part of them was on the damaged page of the file. */
  untouchedLost: number
  /** Texts in the salvaged one that were never written: neither whole, nor the beginning of one, nor a placeholder. */
  wrong: number
  isOriginalKept: boolean
  isSound: boolean
  /** Nothing of it could be read. */
  isRefused: boolean
}

export async function tryToSalvage(history: TrialHistory, damage: Damage, file: string): Promise<SalvageTrial> {
  const { key } = history
  const signal = new AbortController().signal
  const refused = { recovered: 0, untouchedLost: 0, wrong: 0, isOriginalKept: true, isSound: true, isRefused: true }
  const report = await salvage({ file, key, signal, onProgress: () => undefined }).catch((error: unknown) => {
    if (error instanceof AppError && (error.code === 'history-key-wrong' || error.code === 'salvage-failed'))
      return undefined
    throw error
  })
  if (!report) return { ...refused, isOriginalKept: readFileSync(file).equals(damage.db) }
  const kept = path.join(path.dirname(file), report.keptAs)
  const isLogKept = damage.log.length === 0 || readFileSync(`${kept}-wal`).equals(damage.log)
  const db = openDatabase({ file, key })
  const texts = textsOf(db)
  const isSound = db.pragma('integrity_check', { simple: true }) === 'ok'
  db.close()
  const whole = [...history.texts].filter(([id, text]) => texts.get(id) === text).length
  const page = damage.kind === 'flip' && damage.of === 'db' ? Math.floor(damage.offset / PAGE_BYTES) + 1 : 0
  const touched = history.messagesOn.get(page)
  const isUntouchedLost = ([id, text]: [string, string]) => texts.get(id) !== text && !touched?.has(id)
  const untouchedLost = page > 0 && history.log.length === 0 ? [...history.texts].filter(isUntouchedLost).length : 0
  const wrong = [...texts].filter(([id, text]) => text !== '' && !history.texts.get(id)?.startsWith(text)).length
  return {
    recovered: whole,
    untouchedLost,
    wrong,
    isOriginalKept: readFileSync(kept).equals(damage.db) && isLogKept,
    isSound,
    isRefused: false,
  }
}
