/** The write-ahead log, read without SQLite, which says nothing when it leaves out what stands behind a damaged frame. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { fileErrorCode } from '../../backup/durable-files.ts'
import { PAGE_BYTES } from './page-cipher.ts'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES
const SUMMED_BYTES = 24
const MAGIC = 0x377f0682

export interface LogReading {
  /**
   * `torn`: the last transaction is not whole, as after a power failure before it was acknowledged. `damaged`: one is not
   * whole that others were written behind, so it had been acknowledged.
   */
  state: 'none' | 'whole' | 'torn' | 'damaged'
  /** Where the newest committed form of a page lies in the log, in bytes; null where that form is damaged. By page number. */
  pages: Map<number, number | null>
  /** Pages of the file after the last commit that is kept; null where the log keeps none. */
  pageCount: number | null
  /** Commits behind a damage that could not be kept. */
  commitsLost: number
}

interface Frame {
  offset: number
  page: number
  /** Pages of the file after this commit; 0 inside a transaction. */
  commit: number
  /** `lost`: not even which page it held is known. */
  state: 'whole' | 'damaged' | 'lost'
  /** SQLite would read the log as far as this frame. */
  isChained: boolean
}

const NONE: LogReading = { state: 'none', pages: new Map(), pageCount: null, commitsLost: 0 }

/**
 * Reads `file`-wal as it stands. Frames behind a damaged one are kept where the page that it held is known: either a later
 * frame replaces it, or that page counts as damaged. Format: https://sqlite.org/fileformat2.html#the_write_ahead_log;
 * its checksums are over the pages as encrypted.
 */
export function readLog({ file }: { file: string }): LogReading {
  const handle = openIfThere(`${file}-wal`)
  if (handle === undefined) return NONE
  try {
    const frames = readFrames(handle)
    return frames.length === 0 ? NONE : takeCommits(frames)
  } finally {
    closeSync(handle)
  }
}

/** Undefined for a log that is gone: another process that has the history open removes it when it closes that. */
export function openIfThere(log: string): number | undefined {
  try {
    return openSync(log, 'r')
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function readFrames(handle: number): Frame[] {
  const count = Math.floor((fstatSync(handle).size - HEADER_BYTES) / FRAME_BYTES)
  if (count <= 0) return []
  const header = readAt(handle, 0, HEADER_BYTES)
  const isLittle = isLittleEndian(handle, header)
  const salts = saltsOf(handle, header, count)
  const frames: Frame[] = []
  let stored = startOf(header)
  // What it would be if nothing were damaged.
  let counted = stored
  let isChained = isHeaderWhole(header)
  let end = 0
  for (let index = 0; index < count; index += 1) {
    const offset = HEADER_BYTES + index * FRAME_BYTES
    const bytes = readAt(handle, offset, FRAME_BYTES)
    const isOurs = bytes.subarray(8, 16).equals(salts)
    const own = { a: bytes.readUInt32BE(16), b: bytes.readUInt32BE(20) }
    const fits = (from: Sum) => isSame(addUpFrame(bytes, isLittle, from), own)
    const fitsStored = fits(stored)
    const last = frames.at(-1)
    // Each sum goes on from the one before it. Where only that sum is damaged, it goes on from what it should be.
    const fitsCounted = !fitsStored && fits(counted)
    if (fitsCounted && last?.state === 'damaged') last.state = 'whole'
    isChained &&= fitsStored && isOurs
    // The end of a transaction of an older log says nothing of this one.
    const isOld = isOlder(bytes.subarray(8, 16), salts)
    const isWhole = fitsStored || fitsCounted || (isOurs && heal(bytes, isLittle, { from: stored, own }))
    const state = isOld ? 'lost' : isWhole ? 'whole' : isOurs ? 'damaged' : 'lost'
    const commit = isOld ? 0 : bytes.readUInt32BE(4)
    const frame = { offset: offset + FRAME_HEADER_BYTES, page: bytes.readUInt32BE(0), commit, isChained }
    frames.push({ ...frame, state: frame.page === 0 ? 'lost' : state })
    if (isOurs || state === 'whole') end = frames.length
    counted = addUpFrame(bytes, isLittle, stored)
    stored = own
  }
  // What follows the last frame of this log is left from an older one.
  return frames.slice(0, end)
}

/** Puts the one bit back with which the page number or the mark of a commit fits the sum; false where there is none. */
function heal(bytes: Buffer, isLittle: boolean, { from, own }: { from: Sum; own: Sum }): boolean {
  for (let bit = 0; bit < NUMBERS_BITS; bit += 1) {
    const at = bit >> 3
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
    if (isSame(addUpFrame(bytes, isLittle, from), own)) return true
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
  }
  return false
}

/** Page number and size after the commit, the two numbers that the sum of a frame begins with. */
const NUMBERS_BITS = 64

/** Whether what stands there was never written as part of this log: a damage leaves at least one of the two numbers. */
function isOlder(found: Buffer, salts: Buffer): boolean {
  return found.readUInt32BE(0) !== salts.readUInt32BE(0) && found.readUInt32BE(4) !== salts.readUInt32BE(4)
}

function takeCommits(frames: Frame[]): LogReading {
  const pages = new Map<number, number | null>()
  let pageCount: number | null = null
  let transaction: Frame[] = []
  // SQLite stops there, also where the damage could be told and put right here.
  const firstDamage = frames.findIndex(({ isChained }) => !isChained)
  const lastWhole = frames.length - 1
  const isDamaged = firstDamage >= 0 && hasTransactionBehind(frames, firstDamage)
  const stop = isDamaged ? frames.findIndex(({ state }) => state === 'lost') : firstDamage
  const kept = stop < 0 ? frames : frames.slice(0, stop)
  for (const frame of kept) {
    transaction.push(frame)
    if (frame.commit === 0) continue
    for (const { page, offset, state } of transaction) pages.set(page, state === 'whole' ? offset : null)
    pageCount = frame.commit
    transaction = []
  }
  const lost = frames.slice(kept.length).filter(({ state, commit }) => state === 'whole' && commit > 0).length
  const isTorn = firstDamage >= 0 || (frames[lastWhole]?.commit === 0 && transaction.length > 0)
  return {
    state: isDamaged ? 'damaged' : isTorn ? 'torn' : 'whole',
    pages,
    pageCount,
    commitsLost: isDamaged ? lost : 0,
  }
}

/** A transaction is only begun once the one before it is on the disk. */
function hasTransactionBehind(frames: Frame[], damage: number): boolean {
  const end = frames.findIndex(({ commit }, index) => index >= damage && commit > 0)
  return end >= 0 && frames.slice(end + 1).some(({ state }) => state === 'whole')
}

/** The byte order of the sums, from the magic number, or where that is damaged from the first frame. */
function isLittleEndian(handle: number, header: Buffer): boolean {
  const magic = header.readUInt32BE(0)
  if (magic === MAGIC || magic === MAGIC + 1) return magic === MAGIC
  const frame = readAt(handle, HEADER_BYTES, FRAME_BYTES)
  return addUpFrame(frame, true, startOf(header)).a === frame.readUInt32BE(16)
}

/** The two numbers that all frames of a log carry; from the first frame where its header is damaged. */
function saltsOf(handle: number, header: Buffer, count: number): Buffer {
  const first = readAt(handle, HEADER_BYTES, FRAME_HEADER_BYTES).subarray(8, 16)
  if (isHeaderWhole(header) || count < 2) return header.subarray(16, 24)
  const second = readAt(handle, HEADER_BYTES + FRAME_BYTES, FRAME_HEADER_BYTES).subarray(8, 16)
  return first.equals(second) ? first : header.subarray(16, 24)
}

interface Sum {
  a: number
  b: number
}

function startOf(header: Buffer): Sum {
  return { a: header.readUInt32BE(24), b: header.readUInt32BE(28) }
}

function isHeaderWhole(header: Buffer): boolean {
  const sum = addUp(header.subarray(0, SUMMED_BYTES), header.readUInt32BE(0) === MAGIC, { a: 0, b: 0 })
  return isSame(sum, startOf(header))
}

function isSame(one: Sum, other: Sum): boolean {
  return one.a === other.a && one.b === other.b
}

function addUpFrame(frame: Buffer, isLittle: boolean, from: Sum): Sum {
  return addUp(frame.subarray(FRAME_HEADER_BYTES), isLittle, addUp(frame.subarray(0, 8), isLittle, from))
}

function addUp(bytes: Uint8Array, isLittle: boolean, from: Sum): Sum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let { a, b } = from
  for (let offset = 0; offset < bytes.length; offset += 8) {
    a = (a + view.getUint32(offset, isLittle) + b) >>> 0
    b = (b + view.getUint32(offset + 4, isLittle) + a) >>> 0
  }
  return { a, b }
}

function readAt(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  readSync(handle, bytes, 0, length, offset)
  return bytes
}
