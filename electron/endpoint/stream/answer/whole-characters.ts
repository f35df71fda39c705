/**
 * Joins characters outside the BMP that a server cut in two (`\ud83d` in one piece, `\ude00` in the next), so that
 * every piece is well-formed UTF-16. A half that stays alone becomes U+FFFD.
 */
export function createCharacterJoiner(): { push(text: string): string; end(): string } {
  let half = ''

  function push(text: string): string {
    const joined = half + text
    half = /[\ud800-\udbff]$/.exec(joined)?.[0] ?? ''
    return toWellFormed(half === '' ? joined : joined.slice(0, -1))
  }

  function end(): string {
    const rest = half
    half = ''
    return toWellFormed(rest)
  }

  return { push, end }
}

function toWellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed()
}
