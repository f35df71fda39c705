/** What is read from a file may have been written by a newer version or damaged: it is replaced, never a reason to hide a row. */

/** Text as SQLite can keep it: a lone surrogate becomes U+FFFD here instead of breaking on its way to UTF-8. */
export function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed()
}

/** JSON text of `value` with every string in it well formed; null stays null. */
export function toJson(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? wellFormed(inner) : inner))
}

/** The parsed JSON, or undefined where it cannot be parsed. */
export function fromJson(text: string | null): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `value` where it is one of the known ones, else `otherwise`. */
export function oneOf<Known extends string>(known: readonly Known[], value: string | null, otherwise: Known): Known {
  return known.find((option) => option === value) ?? otherwise
}
