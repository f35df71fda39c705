import { bech32m } from '@scure/base'
import { AppError } from '../../../shared/errors.ts'

/** Not printed; makes the checksum Alcove's own, so that a code of another kind does not pass. */
const PREFIX = 'alcove'

/** `AL` in the alphabet of the code: the first letters of every recovery code. */
const MARK = [29, 31]

const KEY_BYTES = 32
const CHARACTERS = 60
const GROUP = 4
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/**
 * The key of a history as a person can print and type it: `AL` and the 32 bytes in base32 with the 6 check characters of
 * bech32m (BIP 350), which find any four wrong characters. 15 groups of 4, joined by hyphens, in capitals.
 */
export function toRecoveryCode(key: Uint8Array): string {
  const words = [...MARK, ...bech32m.toWords(key)]
  return inGroups(bech32m.encode(PREFIX, words).slice(PREFIX.length + 1)).join('-')
}

/**
 * The key in what a person typed: any case, spaces and hyphens anywhere, and letters that look like those of the code.
 * @throws AppError `recovery-code-wrong` saying whether characters are missing or which group holds the mistake
 */
export function fromRecoveryCode(text: string): Buffer {
  const code = readCharacters(text)
  const key = decode(code)
  if (key) return key
  if (code.length !== CHARACTERS) {
    throw wrong(
      `A recovery code has ${CHARACTERS} characters; this one has ${code.length}. Compare it with the one you kept.`,
    )
  }
  const group = findWrongGroup(code)
  throw wrong(
    group
      ? `There is a mistake in group ${group} of this recovery code. Compare that group with the one you kept.`
      : 'This recovery code has mistakes in it: characters are wrong or swapped. Compare it with the one you kept.',
  )
}

/** The code in the text of a file that was saved with one. @throws AppError `recovery-code-wrong` */
export function findRecoveryCode(text: string): Buffer {
  const found = /\bAL[A-Z0-9]{2}(?:[-\s]+[A-Z0-9]{4}){14}\b/i.exec(text)
  if (!found) throw wrong('There is no recovery code in this file. Choose the file that you saved it in.')
  return fromRecoveryCode(found[0])
}

/** The alphabet has no 1, b, i and o: whoever writes one has misread its twin. */
function readCharacters(text: string): string {
  const letters = text.toLowerCase().replace(/[^a-z0-9]/g, '')
  return letters.replace(/[1i]/g, 'l').replaceAll('o', '0').replaceAll('b', '8')
}

function decode(code: string): Buffer | undefined {
  const decoded = bech32m.decodeUnsafe(`${PREFIX}1${code}`)
  if (!decoded || code.length !== CHARACTERS || MARK.some((word, index) => decoded.words[index] !== word)) return
  const bytes = bech32m.fromWordsUnsafe(decoded.words.slice(MARK.length))
  return bytes?.length === KEY_BYTES ? Buffer.from(bytes) : undefined
}

/** Which group (from 1) makes the code right when one of its characters is replaced or two neighbours are swapped back. */
function findWrongGroup(code: string): number | undefined {
  for (let index = 0; index < code.length; index++) {
    const head = code.slice(0, index)
    const [here = '', next = ''] = code.slice(index)
    const swapped = `${head}${next}${here}${code.slice(index + 2)}`
    const replaced = Array.from(ALPHABET, (letter) => `${head}${letter}${code.slice(index + 1)}`)
    if ([swapped, ...replaced].some(decode)) return Math.floor(index / GROUP) + 1
  }
  return undefined
}

function inGroups(code: string): string[] {
  return code.toUpperCase().match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []
}

function wrong(message: string): AppError {
  return new AppError('recovery-code-wrong', `${message} Nothing was changed.`)
}
