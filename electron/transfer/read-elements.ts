import { Tokenizer, TokenType } from '@streamparser/json'

/**
 * What a large JSON object holds, one piece at a time: `member` is a whole value beside the lists, `element` one value
 * of a list, both parsed and as it stood; `refused` one that cannot be read.
 */
export type FileElement =
  | { type: 'member'; name: string; json: string; value: unknown }
  | { type: 'element'; name: string; index: number; json: string; value: unknown }
  | { type: 'refused'; name: string; index: number | null; reason: Refusal }

type Refusal = 'too-large' | 'too-deep' | 'not-json'

export interface ElementLimits {
  /** Bytes of one member or element. */
  elementBytes: number
  /** Bytes of one string or number. */
  tokenBytes: number
  /** Brackets within each other in one member or element. */
  depth: number
}

/** Thrown when what follows is not JSON, or is one value larger than may be kept in memory. Nothing more can be read. */
export class BrokenJson extends Error {}

export interface ElementReader {
  /** Takes the next bytes and returns what they complete. Throws `BrokenJson`. */
  push(chunk: Uint8Array): FileElement[]
  /** Throws `BrokenJson` when the document is not complete. */
  end(): void
}

interface Capture {
  name: string
  index: number | null
  start: number
  depth: number
  refused: Refusal | null
  /** The value is complete; only a comma or a closing bracket may follow. */
  complete: boolean
}

/**
 * Splits a JSON object into its members, and those members that are lists named in `lists` into their elements.
 * The tokenizer only finds where values begin and end; their text is given out as it stands, for `JSON.parse`: the
 * tokenizer itself drops U+FEFF from strings, and its values would take three times the memory.
 */
export function createElementReader(lists: ReadonlySet<string>, limits: ElementLimits): ElementReader {
  const tokenizer = new Tokenizer({ stringBufferSize: 64 * 1024, numberBufferSize: 64 * 1024 })
  let state: 'before' | 'name' | 'colon' | 'value' | 'list' | 'after-list' | 'after' = 'before'
  let name = ''
  let index = 0
  let capture: Capture | null = null
  let kept: Uint8Array[] = []
  /** Position of the first kept byte, and of the end of what was pushed. */
  let keptFrom = 0
  let position = 0
  let lastToken = 0
  let elements: FileElement[] = []

  tokenizer.onToken = ({ token, value, offset }) => {
    lastToken = offset
    if (capture) inside(capture, token, offset)
    else between(token, value, offset)
  }

  function between(token: TokenType, value: unknown, offset: number): void {
    if (state === 'before' && token === TokenType.LEFT_BRACE) state = 'name'
    else if (state === 'name' && token === TokenType.STRING) {
      name = String(value)
      state = 'colon'
    } else if (state === 'colon' && token === TokenType.COLON) state = 'value'
    else if (state === 'value' && token === TokenType.LEFT_BRACKET && lists.has(name)) {
      index = 0
      state = 'list'
    } else if (state === 'value') begin(token, offset, null)
    else if (state === 'list' && token === TokenType.RIGHT_BRACKET) state = 'after-list'
    else if (state === 'list') {
      begin(token, offset, index)
      index += 1
    } else if (state === 'after-list' && token === TokenType.COMMA) state = 'name'
    else if ((state === 'after-list' || state === 'name') && token === TokenType.RIGHT_BRACE) state = 'after'
    else throw new BrokenJson('a value where none belongs')
  }

  function begin(token: TokenType, offset: number, at: number | null): void {
    capture = { name, index: at, start: offset, depth: 0, refused: null, complete: false }
    inside(capture, token, offset)
  }

  function inside(current: Capture, token: TokenType, offset: number): void {
    if (current.complete) {
      finish(current, token, offset)
      return
    }
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      current.depth += 1
      if (current.depth > limits.depth) current.refused = 'too-deep'
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) {
      current.depth -= 1
      if (current.depth < 0) throw new BrokenJson('a bracket too many')
    }
    current.complete = current.depth === 0
    if (current.complete && current.index === null) state = 'after-list'
  }

  function finish(current: Capture, token: TokenType, offset: number): void {
    capture = null
    const { index: at } = current
    const refused = current.refused ?? (offset - current.start > limits.elementBytes ? 'too-large' : null)
    if (refused) elements.push({ type: 'refused', name: current.name, index: at, reason: refused })
    else elements.push(elementOf(current, textBetween(current.start, offset)))
    if (at === null) state = token === TokenType.COMMA ? 'name' : 'after'
    else if (token === TokenType.RIGHT_BRACKET) state = 'after-list'
    const closing = at === null ? TokenType.RIGHT_BRACE : TokenType.RIGHT_BRACKET
    if (token !== TokenType.COMMA && token !== closing) throw new BrokenJson('no comma after a value')
  }

  /** Without the white space that stood before `end`. */
  function textBetween(start: number, end: number): string {
    const bytes = kept.length === 1 ? (kept[0] ?? new Uint8Array()) : Buffer.concat(kept)
    kept = [bytes]
    return Buffer.from(bytes.buffer, bytes.byteOffset + start - keptFrom, end - start)
      .toString('utf8')
      .trimEnd()
  }

  function push(bytes: Uint8Array): FileElement[] {
    elements = []
    kept.push(bytes)
    position += bytes.byteLength
    try {
      tokenizer.write(bytes)
    } catch (error) {
      throw error instanceof BrokenJson ? error : new BrokenJson('not JSON', { cause: error })
    } finally {
      forget()
    }
    if (position - lastToken > limits.tokenBytes) throw new BrokenJson('a value that is too large')
    return elements
  }

  /** Keeps only what the value being read still needs. */
  function forget(): void {
    if (capture && position - capture.start > limits.elementBytes) capture.refused ??= 'too-large'
    // A string or number is told of when it ends, so what followed the last token may be the beginning of one.
    const from = capture ? (capture.refused ? position : capture.start) : Math.min(lastToken, position)
    for (let first = kept[0]; first && keptFrom < from; first = kept[0]) {
      const gone = Math.min(first.byteLength, from - keptFrom)
      keptFrom += gone
      if (gone === first.byteLength) kept.shift()
      else kept[0] = first.subarray(gone)
    }
    if (kept.length === 0) keptFrom = position
  }

  return {
    push,
    end() {
      if (state !== 'after') throw new BrokenJson('the file ends early')
    },
  }
}

/** Brackets and tokens are right by now, but not every comma and colon is. */
function elementOf({ name, index }: Capture, json: string): FileElement {
  try {
    const value: unknown = JSON.parse(json)
    return index === null ? { type: 'member', name, json, value } : { type: 'element', name, index, json, value }
  } catch {
    return { type: 'refused', name, index, reason: 'not-json' }
  }
}
