/** Cells and records of SQLite's file format (https://sqlite.org/fileformat2.html), as far as a history has them. */

import { USABLE_BYTES } from './page-cipher.ts'
import type { PageSource } from './page-source.ts'

export type Value = number | bigint | string | Buffer | null

/** Values that the damage reached are undefined; a text that it cut is there as far as it goes, and `isWhole` is false. */
export interface Row {
  rowid: number
  values: (Value | undefined)[]
  isWhole: boolean
}

interface Payload {
  bytes: Buffer
  isWhole: boolean
}

/** Shares of a page that decide how much of a payload stays on it; file format, section 1.6. */
const tableLocal = { max: USABLE_BYTES - 35, min: Math.floor(((USABLE_BYTES - 12) * 32) / 255) - 23 }
const indexLocal = { max: Math.floor(((USABLE_BYTES - 12) * 64) / 255) - 23, min: tableLocal.min }

/** A row of a leaf of a table. */
export function readTableCell(pages: PageSource, page: Buffer, offset: number): Row {
  const length = readVarint(page, offset)
  const rowid = readVarint(page, length.end)
  const payload = readPayload({ pages, page, offset: rowid.end, length: length.value, local: tableLocal })
  return { rowid: rowid.value, ...decode(payload) }
}

/** A row of an index, or of a table without row numbers, whose columns then stand in the order of that index. */
export function readIndexCell(pages: PageSource, page: Buffer, offset: number): Row {
  const length = readVarint(page, offset)
  const payload = readPayload({ pages, page, offset: length.end, length: length.value, local: indexLocal })
  return { rowid: 0, ...decode(payload) }
}

interface PayloadArgs {
  pages: PageSource
  page: Buffer
  offset: number
  length: number
  local: { max: number; min: number }
}

/** SQLite's own limit for a row. */
const LONGEST_BYTES = 1_000_000_000

/** Follows the chain of overflow pages as far as it can be read. */
function readPayload({ pages, page, offset, length, local }: PayloadArgs): Payload {
  if (length < 0 || length > LONGEST_BYTES) throw new RangeError('not a length')
  if (length <= local.max) return { bytes: page.subarray(offset, offset + length), isWhole: true }
  const surplus = local.min + ((length - local.min) % (USABLE_BYTES - 4))
  const here = surplus <= local.max ? surplus : local.min
  const pieces = [page.subarray(offset, offset + here)]
  let read = here
  let next = page.readUInt32BE(offset + here)
  while (read < length && next > 0 && next <= pages.count) {
    const overflow = pages.read(next)
    if (!overflow) break
    const piece = overflow.subarray(4, 4 + Math.min(USABLE_BYTES - 4, length - read))
    pieces.push(piece)
    read += piece.length
    next = overflow.readUInt32BE(0)
  }
  return { bytes: Buffer.concat(pieces), isWhole: read === length }
}

function decode({ bytes, isWhole }: Payload): Pick<Row, 'values' | 'isWhole'> {
  const head = readVarint(bytes, 0)
  const types: number[] = []
  let at = head.end
  while (at < head.value) {
    const type = readVarint(bytes, at)
    types.push(type.value)
    at = type.end
  }
  let offset = head.value
  const values = types.map((type) => {
    const start = offset
    offset += sizeOf(type)
    return offset <= bytes.length ? readValue(bytes, start, type) : cutValue(bytes, start, type)
  })
  return { values, isWhole }
}

function sizeOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2)
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][type] ?? 0
}

function readValue(bytes: Buffer, offset: number, type: number): Value {
  if (type === 0) return null
  if (type === 8 || type === 9) return type - 8
  if (type === 7) return bytes.readDoubleBE(offset)
  if (type === 6) return narrow(bytes.readBigInt64BE(offset))
  if (type < 6) return bytes.readIntBE(offset, sizeOf(type))
  const end = offset + sizeOf(type)
  return type % 2 === 1 ? bytes.toString('utf8', offset, end) : Buffer.from(bytes.subarray(offset, end))
}

/** Of a text, what is left of it: no half character at its end. */
function cutValue(bytes: Buffer, offset: number, type: number): string | undefined {
  if (type < 13 || type % 2 === 0 || offset >= bytes.length) return undefined
  return bytes.toString('utf8', offset).replace(/\uFFFD$/, '')
}

function narrow(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** Big-endian groups of seven bits, at most nine bytes, the last one whole; signed 64 bit. Imported rows count down from 0. */
function readVarint(bytes: Buffer, offset: number): { value: number; end: number } {
  let value = 0
  for (let index = 0; index < 7; index += 1) {
    const byte = bytes.readUInt8(offset + index)
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, end: offset + index + 1 }
  }
  return readLongVarint(bytes, offset)
}

/** Beyond 49 bits a number would lose some on the way. */
function readLongVarint(bytes: Buffer, offset: number): { value: number; end: number } {
  let value = 0n
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes.readUInt8(offset + index)
    value = (value << 7n) | BigInt(byte & 0x7f)
    if (byte < 0x80) return { value: Number(value), end: offset + index + 1 }
  }
  value = (value << 8n) | BigInt(bytes.readUInt8(offset + 8))
  return { value: Number(BigInt.asIntN(64, value)), end: offset + 9 }
}
