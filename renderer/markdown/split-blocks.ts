import { Lexer, Tokenizer } from 'marked'
import { isNestedTooDeep } from './nesting.ts'

/** A text cut into top-level Markdown blocks; joined, `frozen` and `open` give the text back. */
export interface BlockSplit {
  /** Blocks that later text cannot change any more. */
  frozen: readonly string[]
  /** The end of the text, still as blocks; any of these may change when more text arrives. */
  open: readonly string[]
  /** Length of all frozen blocks in UTF-16 units. */
  frozenLength: number
}

export const NO_BLOCKS: BlockSplit = { frozen: [], open: [], frozenLength: 0 }

/** A block is decided by what follows it (a lazy quote, a loose list, a setext line), so the last two stay open. */
const OPEN_BLOCKS = 2

/**
 * Cuts `text` after `former`, the split of an earlier and shorter state of the same text: only the open end is read
 * again, so the cost of an update does not grow with the text. Line ends must be `\n` (see `normalizeLineEnds`):
 * the lexer converts others, and the lengths of its blocks would no longer add up.
 */
export function extendBlocks(former: BlockSplit, text: string): BlockSplit {
  const tail = text.slice(former.frozenLength)
  if (former.open.length === 1 && former.open[0] !== undefined && isInsideFence(former.open[0], tail)) {
    return { ...former, open: [tail] }
  }
  const blocks = splitBlocks(tail)
  // A fence is closed by its own marker only, so everything before an open one is decided.
  const last = blocks.at(-1)
  const openBlocks = last !== undefined && isOpenFence(last) ? 1 : OPEN_BLOCKS
  const count = Math.max(0, blocks.length - openBlocks)
  const frozen = blocks.slice(0, count)
  return {
    frozen: frozen.length === 0 ? former.frozen : [...former.frozen, ...frozen],
    open: blocks.slice(count),
    frozenLength: former.frozenLength + frozen.reduce((length, block) => length + block.length, 0),
  }
}

const tokenizer = new Tokenizer()
// marked drops a repeated link definition from its tokens; read as a paragraph it keeps its place and its length.
tokenizer.def = () => undefined

/** Every top-level block of `text` with the blank lines after it; joined, they are `text`. */
export function splitBlocks(text: string): string[] {
  if (isNestedTooDeep(text)) return [text]
  const blocks: string[] = []
  let length = 0
  // `blockTokens` alone leaves out the inline pass, whose result would be thrown away.
  for (const { type, raw } of new Lexer({ gfm: true, tokenizer }).blockTokens(text)) {
    // Should a token ever differ from its source, the rest stays whole rather than losing a character.
    if (!text.startsWith(raw, length)) break
    length += raw.length
    const last = blocks.length - 1
    if (type === 'space' && last >= 0) blocks[last] += raw
    else blocks.push(raw)
  }
  if (length < text.length) blocks.push(text.slice(length))
  return blocks
}

/** `\r\n` and lone `\r` as `\n`. Growing text stays a prefix of itself even when a chunk ends between the two. */
export function normalizeLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

const FENCE = /^( {0,3})(`{3,}|~{3,})([^\n]*)(?:\n|$)/

export interface Fence {
  /** The first word after the opening marker, as written; empty when there is none. */
  language: string
  code: string
  isClosed: boolean
}

/** Reads a block that is one fenced code block (CommonMark 4.5); null for any other block. */
export function readFence(block: string): Fence | null {
  const opening = FENCE.exec(block)
  if (!opening) return null
  const [line, indent = '', marker = '', info = ''] = opening
  if (marker.startsWith('`') && info.includes('`')) return null
  const closing = new RegExp(`(?:^|\\n) {0,3}${marker[0]}{${marker.length},}[ \\t]*(?:\\n\\s*)?$`)
  const rest = block.slice(line.length)
  const end = closing.exec(rest)
  const code = end ? rest.slice(0, end.index) : rest
  const outdented = indent === '' ? code : code.replace(new RegExp(`^ {1,${indent.length}}`, 'gm'), '')
  return { language: info.trim().split(/\s/, 1)[0] ?? '', code: outdented, isClosed: end !== null }
}

/** Until its first line has ended, "```a" may still become inline code of the paragraph before it. */
function isOpenFence(block: string): boolean {
  return block.includes('\n') && readFence(block)?.isClosed === false
}

/** Whether `tail` is still the open fence that `former` was, so that nothing needs to be read again. */
function isInsideFence(former: string, tail: string): boolean {
  const marker = FENCE.exec(former)?.[2]?.slice(0, 3)
  if (marker === undefined || !tail.startsWith(former) || !isOpenFence(former)) return false
  const lineStart = former.lastIndexOf('\n') + 1
  return lineStart > 0 && !tail.slice(lineStart).includes(marker)
}
