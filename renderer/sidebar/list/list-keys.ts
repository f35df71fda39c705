/**
 * Which row the keyboard goes to next in a list of `count` rows, or null when the key does not move.
 * `page` is how many rows are in sight.
 */
export function rowForKey(key: string, current: number, count: number, page: number): number | null {
  if (count === 0) return null
  const within = (index: number) => Math.min(Math.max(index, 0), count - 1)
  switch (key) {
    case 'ArrowDown':
      return within(current + 1)
    case 'ArrowUp':
      return within(current - 1)
    case 'PageDown':
      return within(current + page)
    case 'PageUp':
      return within(current - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
