import { expect, it } from 'vitest'
import { formatSize } from './format-size.ts'

it('shows sizes in the unit a person would choose', () => {
  const sizes = [0, 1, 999, 1_000, 1_250_000, 5_000_000_000, 7e12, 9e15].map((bytes) => formatSize(bytes, 'en'))
  expect(sizes).toEqual(['0 bytes', '1 byte', '999 bytes', '1 kB', '1.3 MB', '5 GB', '7 TB', '9,000 TB'])
})
