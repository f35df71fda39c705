import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ dialog: {}, shell: {} }))
const { toFileName } = await import('./ask-export.ts')

describe('toFileName', () => {
  it.each([
    ['Letter to the landlord', 'Letter to the landlord'],
    ['京都の三日間', '京都の三日間'],
    ['../../etc/passwd', 'etc passwd'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a b c d e f g h i j'],
    ['line\nbreak\u0000and\u202egnp.exe', 'line break and gnp.exe'],
    ['. hidden .', 'hidden'],
    ['CON', 'Conversation'],
    ['', 'Conversation'],
    ['...', 'Conversation'],
    ['😀'.repeat(100), '😀'.repeat(80)],
  ])('of %j is %j', (title, name) => {
    expect(toFileName(title)).toBe(name)
  })
})
