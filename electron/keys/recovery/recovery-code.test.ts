import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AppError } from '../../../shared/errors.ts'
import { findRecoveryCode, fromRecoveryCode, toRecoveryCode } from './recovery-code.ts'

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
const CODE = toRecoveryCode(KEY)
const LETTERS = 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'

/** The code with another character at `index`. */
const replaced = (index: number, letter: string) => CODE.slice(0, index) + letter + CODE.slice(index + 1)
const places = Array.from(CODE, (letter, index) => ({ letter, index })).filter(({ letter }) => letter !== '-')

function refusal(text: string): AppError | undefined {
  try {
    fromRecoveryCode(text)
    return undefined
  } catch (error) {
    return error as AppError
  }
}

describe('a recovery code', () => {
  it('is fifteen groups of four and the same for ever', () => {
    expect(CODE).toBe('ALQQ-QSYQ-CYQ5-RQWZ-QFPG-9SCR-GWPU-GPZY-SNZS-23V9-CCRY-DPK8-QARC-0SQC-6RPJ')
  })

  it('gives back any key', () => {
    const keys = Array.from({ length: 200 }, () => randomBytes(32))
    expect(keys.map((key) => fromRecoveryCode(toRecoveryCode(key)).toString('hex'))).toEqual(
      keys.map((key) => key.toString('hex')),
    )
  })

  it.each([
    ['in small letters', CODE.toLowerCase()],
    ['without hyphens', CODE.replaceAll('-', '')],
    ['with spaces, line ends and dashes of all kinds', ` ${CODE.replaceAll('-', ' – \n')}\t`],
    ['with O for 0', CODE.replaceAll('0', 'O')],
    ['with I and 1 for L', CODE.replace('L', 'I').replaceAll('L', '1')],
    ['with B for 8', CODE.replaceAll('8', 'B')],
  ])('can be typed %s', (_how, typed) => {
    expect(fromRecoveryCode(typed)).toEqual(KEY)
  })

  it('is refused with any one character wrong, and the group is named', () => {
    // Every letter at every seventh place, and every seventh letter everywhere: all of them take 10 s.
    const found = places.flatMap(({ letter, index }, place) =>
      Array.from(LETTERS)
        .filter((other, number) => other !== letter && (place % 7 === 0 || number % 7 === place % 7))
        .map((other) => ({ index, error: refusal(replaced(index, other)) })),
    )
    expect(found.length).toBeGreaterThan(450)
    expect(found.filter(({ error }) => error?.code !== 'recovery-code-wrong')).toEqual([])
    const unnamed = found.filter(({ index, error }) => !error?.message.includes(`group ${Math.floor(index / 5) + 1} `))
    expect(unnamed).toEqual([])
  })

  it('is refused with any two neighbours swapped', () => {
    const letters = CODE.replaceAll('-', '')
    const pairs = Array.from({ length: letters.length - 1 }, (_, index) => index).filter(
      (index) => letters[index] !== letters[index + 1],
    )
    const accepted = pairs.filter((index) => {
      const [one = '', two = ''] = letters.slice(index)
      return refusal(letters.slice(0, index) + two + one + letters.slice(index + 2))?.code !== 'recovery-code-wrong'
    })
    expect({ accepted, some: pairs.length > 40 }).toEqual({ accepted: [], some: true })
  })

  it.each([
    ['a character is missing', CODE.slice(0, -1), '59'],
    ['a character is too many', `${CODE}Q`, '61'],
    ['it is empty', '', 'has 0'],
    ['it is something else', 'hunter2', 'has 7'],
    ['it is a code of another program', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'has 42'],
    ['several characters are wrong', CODE.replaceAll(/[AEY]/g, 'Z'), 'mistakes'],
  ])('is refused when %s', (_what, typed, words) => {
    expect(refusal(typed)).toMatchObject({ code: 'recovery-code-wrong', message: expect.stringContaining(words) })
  })

  it('is found in the text of the file it was saved in', () => {
    const lines = CODE.match(/.{1,25}/g)?.join('\r\n') ?? ''
    expect(findRecoveryCode(`This is the code that also opens all your work.\n\n${lines}\n\nKeep it.`)).toEqual(KEY)
    expect(() => findRecoveryCode('nothing of the kind')).toThrow(
      expect.objectContaining({ code: 'recovery-code-wrong' }),
    )
  })
})
