import { describe, expect, it } from 'vitest'
import { autoTitle } from './auto-title.ts'

describe('the title taken from a first message', () => {
  it('is the first line that has something on it, with single spaces', () => {
    expect(autoTitle('\n  \n  Plan   a\ttrip \nto the sea')).toBe('Plan a trip')
  })

  it('is cut at a word and ends in an ellipsis within 80 characters', () => {
    const title = autoTitle('word '.repeat(40))
    expect(title).toBe(`${'word '.repeat(15)}word…`)
    expect(title.length).toBeLessThanOrEqual(80)
  })

  it('is cut inside a word only when keeping whole words would leave next to nothing', () => {
    expect(autoTitle(`a ${'x'.repeat(200)}`)).toBe(`a ${'x'.repeat(77)}…`)
  })

  it('never cuts what a reader sees as one character', () => {
    const family = '👨‍👩‍👧‍👦'
    expect(autoTitle(family.repeat(30))).toBe(`${family.repeat(7)}…`)
  })

  it('is empty for a message of blanks, and quick for one of megabytes', () => {
    expect(autoTitle(' \n\t')).toBe('')
    expect(autoTitle('é'.repeat(5_000_000))).toHaveLength(80)
  })
})
