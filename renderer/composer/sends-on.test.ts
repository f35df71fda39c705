import { describe, expect, it } from 'vitest'
import { sendsOn } from './sends-on.ts'

const enter = {
  key: 'Enter',
  keyCode: 13,
  isComposing: false,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
}

describe('sendsOn', () => {
  it('sends with Enter, and leaves Shift Enter to the text', () => {
    expect([sendsOn(enter, true), sendsOn({ ...enter, shiftKey: true }, true)]).toEqual([true, false])
  })

  it('sends with Ctrl or Command Enter only, when set so', () => {
    expect([
      sendsOn(enter, false),
      sendsOn({ ...enter, ctrlKey: true }, false),
      sendsOn({ ...enter, metaKey: true }, false),
    ]).toEqual([false, true, true])
  })

  it('never sends the Enter that chooses a word of an input method', () => {
    expect([sendsOn({ ...enter, isComposing: true }, true), sendsOn({ ...enter, keyCode: 229 }, true)]).toEqual([
      false,
      false,
    ])
  })
})
