const MAX_CHARS = 300

/** A parsed JSON object, or null for anything else. */
export function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** Parses JSON that a server sent; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a server sent as JSON again; empty when it is nested deeper than can be written. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

/**
 * The sentence inside an error that a server sent, in any dialect: `{error: {message}}`, `{error: "…"}`, `{message}`,
 * `{detail}`, JSON inside a string, or plain text. Control, bidirectional and invisible characters are taken out, the
 * `key` is blanked should the server repeat it, and at most 300 characters are kept. Empty when nothing was said.
 */
export function cleanServerText(body: unknown, key: string | null): string {
  let text = findMessage(body, 0).slice(0, 20_000)
  if (key !== null && key !== '') text = text.replaceAll(key, '[key]')
  text = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .trim()
  const characters = Array.from(text.slice(0, 2 * MAX_CHARS))
  return characters.length > MAX_CHARS
    ? `${characters
        .slice(0, MAX_CHARS - 1)
        .join('')
        .trimEnd()}…`
    : text
}

/** `text` as ` The server says: "…"`, or nothing at all, to be put at the end of a sentence. */
export function quoteServer(text: string): string {
  return text === '' ? '' : ` The server says: "${text}"`
}

function findMessage(value: unknown, depth: number): string {
  if (depth > 4) return ''
  if (typeof value === 'string') {
    const inner = /^\s*[{[]/.test(value) ? parseJson(value) : undefined
    const found = inner === undefined ? '' : findMessage(inner, depth + 1)
    return found === '' ? value : found
  }
  if (Array.isArray(value)) return findMessage(value[0], depth + 1)
  const record = asRecord(value)
  if (record === null) return ''
  for (const name of ['error', 'message', 'detail', 'msg', 'error_description']) {
    const found = findMessage(record[name], depth + 1)
    if (found !== '') return found
  }
  return ''
}
