import { expect, it } from 'vitest'
import { fingerprintGroups } from './fingerprint.ts'

it('writes a fingerprint in groups that can be read aloud', () => {
  expect(fingerprintGroups('0123456789abcdef'.repeat(4))).toBe(
    Array.from({ length: 4 }, () => '0123 4567 89AB CDEF').join(' '),
  )
})
