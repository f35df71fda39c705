/** No person nests deeper; parsers take time (and stack) that grows much faster than the depth. */
const MAX_DEPTH = 40

const PREFIX = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))+/gm
const MARKER = />|[-*+]|\d+[.)]/g

/**
 * Whether quotes and lists stand inside each other more than 40 deep. Such a text is an attack or an accident: it is
 * shown as it stands, because parsing 2,000 nested lists takes minutes.
 */
export function isNestedTooDeep(text: string): boolean {
  const indents: number[] = []
  for (const [prefix] of text.matchAll(PREFIX)) {
    const indent = prefix.length - prefix.trimStart().length
    while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop()
    if (indents.length + (prefix.match(MARKER)?.length ?? 0) > MAX_DEPTH) return true
    indents.push(indent)
  }
  return false
}
