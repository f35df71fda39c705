interface SplitText {
  type: 'text-delta' | 'reasoning-delta'
  text: string
}

export interface ThinkSplitter {
  push(text: string): SplitText[]
  /** What was held back because it could have been the start of a tag. */
  end(): SplitText[]
}

/** More blank text than this before anything else is the reply's own; holding it back would cost without end. */
const MAX_HELD_CHARS = 200

const TAGS = [
  { open: '<think>', close: '</think>' },
  { open: '<thinking>', close: '</thinking>' },
  { open: '<thought>', close: '</thought>' },
  // Mistral's Magistral and ByteDance's Seed-OSS.
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<seed:think>', close: '</seed:think>' },
  // Gemma 4 and gpt-oss, from servers that pass their channels on as they are.
  { open: '<|channel>thought', close: '<channel|>' },
  { open: '<|channel|>analysis<|message|>', close: '<|end|><|start|>assistant<|channel|>final<|message|>' },
] as const

/**
 * Takes a leading `<think>…</think>` block out of a reply, wherever the chunks cut it. Only a block at the very start
 * counts: a reply may well write about the tag later on. A `</think>` that nothing opened, as from templates that open
 * the block themselves on a server without a reasoning parser, stays in the text with what came before it: that has been
 * shown and saved by then, and text that was saved never moves.
 */
export function createThinkSplitter(): ThinkSplitter {
  let state: 'start' | 'reasoning' | 'after' | 'text' = 'start'
  let held = ''
  let close = ''

  function push(text: string): SplitText[] {
    if (state === 'text') return part('text-delta', text)
    held += text
    const parts: SplitText[] = []
    if (state === 'start') readStart(parts)
    if (state === 'reasoning') readReasoning(parts)
    if (state === 'after') readAfter(parts)
    return parts
  }

  function readStart(parts: SplitText[]): void {
    const trimmed = held.trimStart()
    const isBlankTooLong = held.length - trimmed.length > MAX_HELD_CHARS
    const tag = isBlankTooLong ? undefined : TAGS.find(({ open }) => trimmed.startsWith(open))
    if (tag !== undefined) {
      held = trimmed.slice(tag.open.length)
      close = tag.close
      state = 'reasoning'
    } else if (isBlankTooLong || !TAGS.some(({ open }) => open.startsWith(trimmed))) {
      parts.push(...part('text-delta', held))
      held = ''
      state = 'text'
    }
  }

  function readReasoning(parts: SplitText[]): void {
    const at = held.indexOf(close)
    const keep = at === -1 ? overlap(held, close) : 0
    parts.push(...part('reasoning-delta', at === -1 ? held.slice(0, held.length - keep) : held.slice(0, at)))
    held = at === -1 ? held.slice(held.length - keep) : held.slice(at + close.length)
    if (at !== -1) state = 'after'
  }

  /** The blank lines between the block and the answer belong to neither. */
  function readAfter(parts: SplitText[]): void {
    held = held.trimStart()
    if (held === '') return
    parts.push(...part('text-delta', held))
    held = ''
    state = 'text'
  }

  function end(): SplitText[] {
    const rest = held
    held = ''
    if (state === 'after') return []
    return part(state === 'reasoning' ? 'reasoning-delta' : 'text-delta', rest)
  }

  return { push, end }
}

function part(type: SplitText['type'], text: string): SplitText[] {
  return text === '' ? [] : [{ type, text }]
}

/** Length of the longest end of `text` that is a start of `tag`. */
function overlap(text: string, tag: string): number {
  for (let length = Math.min(text.length, tag.length - 1); length > 0; length -= 1) {
    if (tag.startsWith(text.slice(text.length - length))) return length
  }
  return 0
}
