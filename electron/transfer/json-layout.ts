/** How a JSON file is laid out: indented by two spaces for people, or compact without any white space. */
export type JsonLayout = 'indented' | 'compact'

/** `value` as it is written inside `depth` brackets of an indented document, or compact. */
export function layoutValue(value: unknown, depth: number, layout: JsonLayout): string {
  if (layout === 'compact') return JSON.stringify(value)
  // Line feeds inside strings are escaped by JSON, so every raw one is a line of the layout.
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${'  '.repeat(depth)}`)
}

/** Writes the pieces of one large JSON document in order, so that no piece needs the others in memory. */
export interface JsonPieces {
  /** `{` or `[` at the current depth. */
  open(bracket: '{' | '['): string
  /** `}` or `]`; an empty container closes on the line that it was opened on. */
  close(bracket: '}' | ']'): string
  /** The name of the next member of the open object. */
  name(name: string): string
  /** The next element of the open array, or the value after `name`. */
  value(value: unknown): string
  /** What stands before a value that the caller writes itself, raw, piece by piece. */
  raw(): string
}

/**
 * Pieces of one document whose whole text equals `JSON.stringify(document)` when compact, and
 * `JSON.stringify(document, null, 2)` when indented.
 */
export function createJsonPieces(layout: JsonLayout): JsonPieces {
  const indented = layout === 'indented'
  const counts: number[] = []
  let named = false

  function lead(): string {
    if (named) {
      named = false
      return ''
    }
    const depth = counts.length
    if (depth === 0) return ''
    const count = counts[depth - 1] ?? 0
    counts[depth - 1] = count + 1
    return (count > 0 ? ',' : '') + newLine(depth)
  }

  function newLine(depth: number): string {
    return indented ? `\n${'  '.repeat(depth)}` : ''
  }

  return {
    open(bracket) {
      const text = lead() + bracket
      counts.push(0)
      return text
    },
    close(bracket) {
      const count = counts.pop() ?? 0
      return (count > 0 ? newLine(counts.length) : '') + bracket
    },
    name(name) {
      const text = `${lead()}${JSON.stringify(name)}:${indented ? ' ' : ''}`
      named = true
      return text
    },
    value: (value) => lead() + layoutValue(value, counts.length, layout),
    raw: lead,
  }
}
