/** UTF-16 units, the ellipsis included. */
const LONGEST = 80

/** A word cut off later than this is cut inside instead: half a line says more than its first word. */
const SHORTEST_CUT = 40

/** The first written line of a message, in one line and cut at a word. Empty when the message has no letter to show. */
export function autoTitle(text: string): string {
  const line = text.split(/[\r\n\u2028\u2029]/).find((candidate) => candidate.trim() !== '')
  // Far more than a title holds, so that a message of megabytes in one line costs nothing here.
  const title = (line ?? '')
    .trimStart()
    .slice(0, LONGEST * 50)
    .replace(/\s+/g, ' ')
    .trim()
  if (title.length <= LONGEST) return title
  const kept = wholeCharacters(title, LONGEST - 1)
  // The character after it tells whether its last word is whole.
  const lastSpace = title.lastIndexOf(' ', kept.length)
  return `${kept.slice(0, lastSpace >= SHORTEST_CUT ? lastSpace : kept.length).trimEnd()}…`
}

/** As much of `text` as fits into `length` UTF-16 units without cutting what a reader sees as one character. */
function wholeCharacters(text: string, length: number): string {
  const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const { index } = characters.segment(text).containing(length) ?? { index: length }
  // One character may be built of any number of code points; then any of it is better than nothing.
  return text.slice(0, index > 0 ? index : length)
}
