/** Pages of the history as they lie on the disk, read without SQLite: for a file that SQLite no longer opens. */
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

export const PAGE_BYTES = 4096
export const SALT_BYTES = 16
/** At the end of each page, behind what SQLite may use of it: IV (16), then HMAC (64). */
const RESERVED_BYTES = 80
export const USABLE_BYTES = PAGE_BYTES - RESERVED_BYTES
const MAC_BYTES = 64
const HMAC_SALT_MASK = 0x3a
const FIRST_BYTES = Buffer.from('SQLite format 3\0', 'latin1')

export interface PageCipher {
  /** The 4096 bytes in the clear, the reserved ones as zeros; null for a page whose check fails: it is not what was written. */
  open(page: Uint8Array, number: number): Buffer | null
  isWhole(page: Uint8Array, number: number): boolean
}

/**
 * For pages of 4096 bytes under a raw 32-byte key and the 16-byte salt that a file begins with. Format: AES-256-CBC, then
 * IV and HMAC-SHA512 over ciphertext, IV and little-endian page number; the key of the HMAC comes from 2 rounds of
 * PBKDF2 over the salt with each byte XOR 0x3a (https://www.zetetic.net/sqlcipher/design/).
 */
export function createPageCipher({ key, salt }: { key: Uint8Array; salt: Uint8Array }): PageCipher {
  const macKey = pbkdf2Sync(
    key,
    Buffer.from(salt).map((byte) => byte ^ HMAC_SALT_MASK),
    2,
    32,
    'sha512',
  )
  const isWhole = (page: Uint8Array, number: number): boolean => {
    if (page.length !== PAGE_BYTES) return false
    const pageNumber = Buffer.alloc(4)
    pageNumber.writeUInt32LE(number)
    const mac = createHmac('sha512', macKey)
      .update(page.subarray(startOf(number), PAGE_BYTES - MAC_BYTES))
      .update(pageNumber)
      .digest()
    return timingSafeEqual(mac, page.subarray(PAGE_BYTES - MAC_BYTES))
  }
  return {
    isWhole,
    open(page, number) {
      if (!isWhole(page, number)) return null
      const start = startOf(number)
      const decipher = createDecipheriv('aes-256-cbc', key, page.subarray(USABLE_BYTES, PAGE_BYTES - MAC_BYTES))
      decipher.setAutoPadding(false)
      const clear = Buffer.alloc(PAGE_BYTES)
      if (number === 1) FIRST_BYTES.copy(clear)
      decipher.update(page.subarray(start, USABLE_BYTES)).copy(clear, start)
      return clear
    },
  }
}

/** The salt stands in front of the first page, in the clear. */
function startOf(number: number): number {
  return number === 1 ? SALT_BYTES : 0
}
