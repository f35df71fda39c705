/**
 * The files of a history as any SQLCipher 4 reader sees them, by node:crypto alone and by nothing that the app uses: what
 * proves a format must not share its mistakes.
 */
import { createDecipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

export const PAGE = 4096
const RESERVED = 80
const SALT = 16
const MAC = 64
const LOG_HEADER = 32
const FRAME_HEADER = 24

/** A page or a frame, as it lies on the disk and in the clear. */
export interface SealedPage {
  number: number
  sealed: Buffer
  clear: Buffer
}

/**
 * One page in the clear. Format: AES-256-CBC, then a 16-byte IV and an HMAC-SHA512 over ciphertext, IV and little-endian
 * page number (https://www.zetetic.net/sqlcipher/design/). Throws where the check fails.
 */
export function openPage(
  sealed: Buffer,
  { key, salt, number }: { key: Uint8Array; salt: Buffer; number: number },
): Buffer {
  const start = number === 1 ? SALT : 0
  const pageNumber = Buffer.alloc(4)
  pageNumber.writeUInt32LE(number)
  const macSalt = salt.map((byte) => byte ^ 0x3a)
  const mac = createHmac('sha512', pbkdf2Sync(key, macSalt, 2, 32, 'sha512'))
    .update(sealed.subarray(start, PAGE - MAC))
    .update(pageNumber)
    .digest()
  if (!mac.equals(sealed.subarray(PAGE - MAC))) throw new Error(`page ${number} fails its check`)
  const decipher = createDecipheriv('aes-256-cbc', key, sealed.subarray(PAGE - RESERVED, PAGE - MAC))
  decipher.setAutoPadding(false)
  return Buffer.concat([decipher.update(sealed.subarray(start, PAGE - RESERVED)), decipher.final()])
}

/** The salt that a file begins with: the only bytes of it that are not encrypted. */
export function saltOf(file: string): Buffer {
  return Buffer.from(readFileSync(file).subarray(0, SALT))
}

/** Every page of the file. One that was never written is a hole of zeros and left out. */
export function readFilePages(file: string, key: Uint8Array): SealedPage[] {
  const bytes = readFileSync(file)
  const salt = saltOf(file)
  const sealed = Array.from({ length: bytes.length / PAGE }, (_, index) =>
    bytes.subarray(index * PAGE, (index + 1) * PAGE),
  )
  return sealed.flatMap((page, index) => {
    if (page.every((byte) => byte === 0)) return []
    return [{ number: index + 1, sealed: page, clear: openPage(page, { key, salt, number: index + 1 }) }]
  })
}

/** Every frame of the log beside it that belongs to the log's present round (https://sqlite.org/fileformat2.html#walformat). */
export function readLogPages(file: string, key: Uint8Array): SealedPage[] {
  const log = `${file}-wal`
  const bytes = existsSync(log) ? readFileSync(log) : Buffer.alloc(0)
  const salt = saltOf(file)
  const round = bytes.subarray(16, 24)
  const frames: SealedPage[] = []
  for (let at = LOG_HEADER; at + FRAME_HEADER + PAGE <= bytes.length; at += FRAME_HEADER + PAGE) {
    if (!bytes.subarray(at + 8, at + 16).equals(round)) break
    const number = bytes.readUInt32BE(at)
    const sealed = bytes.subarray(at + FRAME_HEADER, at + FRAME_HEADER + PAGE)
    frames.push({ number, sealed, clear: openPage(sealed, { key, salt, number }) })
  }
  return frames
}

/**
 * How far the bytes are from evenly spread: chi-squared over the 256 values. Random bytes give 255 on average and, with
 * a standard deviation of 22.6, more than 420 less than once in a billion.
 */
export function unevenness(bytes: Uint8Array): number {
  const counts = new Uint32Array(256)
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
  const expected = bytes.length / 256
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
