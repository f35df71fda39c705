/** The part of a text that shows why it was found. */
import { indexText } from './index-text.ts'
import type { Phrase } from './query-text.ts'

export interface Snippet {
  text: string
  /** Where the words stand in `text`: UTF-16 offsets, [from, to), in order, without overlap. */
  marks: [from: number, to: number][]
  /** Whether there is more of the message before and after it. */
  cutBefore: boolean
  cutAfter: boolean
}

interface Word {
  folded: string
  from: number
  to: number
}

/** UTF-16 units before the first word that was found, and in all. */
const LEAD = 60
const LENGTH = 240
/** Further into a text nobody looks for the words: it is shown from its beginning, without marks. */
const DEEPEST = 500_000

const ASCII = /^\w+$/
const WORD = /[\p{L}\p{N}\p{Co}\p{M}]+/gu

/**
 * About `LENGTH` units around the first phrase that stands in `text`, with the words of every phrase marked. Words are
 * compared nearly as the index compares them; where the two differ nothing is marked, and the snippet is still right.
 */
export function makeSnippet(text: string, phrases: readonly Phrase[]): Snippet {
  const wanted = phrases.map(({ text: phrase, isPrefix }) => ({ words: [...wordsOf(phrase)], isPrefix }))
  const first = findFirst(text.slice(0, DEEPEST), wanted)
  const from = boundary(text, Math.max(0, (first ?? 0) - LEAD))
  const to = boundary(text, Math.min(text.length, from + LENGTH))
  const shown = text.slice(from, to)
  return { text: shown, marks: marksIn(shown, wanted), cutBefore: from > 0, cutAfter: to < text.length }
}

interface Wanted {
  words: Word[]
  isPrefix: boolean
}

function findFirst(text: string, wanted: readonly Wanted[]): number | undefined {
  return findPhrases(text, wanted).next().value?.[0]
}

function marksIn(text: string, wanted: readonly Wanted[]): [number, number][] {
  const marks: [number, number][] = []
  for (const [from, to] of findPhrases(text, wanted)) {
    const last = marks.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else marks.push([from, to])
  }
  return marks
}

/** Every place where a phrase ends, by its end; keeps as many words as the longest phrase has. */
function* findPhrases(text: string, wanted: readonly Wanted[]): Generator<[from: number, to: number]> {
  const longest = Math.max(0, ...wanted.map(({ words }) => words.length))
  const recent: Word[] = []
  for (const word of wordsOf(text)) {
    recent.push(word)
    if (recent.length > longest) recent.shift()
    const ended = wanted.filter((phrase) => endsWith(recent, phrase)).map(({ words }) => words.length)
    if (ended.length > 0) yield [recent[recent.length - Math.max(...ended)]?.from ?? word.from, word.to]
  }
}

function endsWith(recent: readonly Word[], { words, isPrefix }: Wanted): boolean {
  if (words.length === 0 || recent.length < words.length) return false
  const tail = recent.slice(-words.length)
  return words.every(({ folded }, index) => {
    const found = tail[index]?.folded ?? ''
    return found === folded || (isPrefix && index === words.length - 1 && found.startsWith(folded))
  })
}

/** Words with their places, the characters of unspaced scripts one by one, as the index has them. */
function* wordsOf(text: string): Generator<Word> {
  for (const { 0: run, index } of text.matchAll(WORD)) {
    let at = index
    if (ASCII.test(run)) {
      yield { folded: fold(run), from: at, to: at + run.length }
      continue
    }
    // What `indexText` adds are spaces only, so the parts of a run follow each other in it.
    for (const part of indexText(run).split(' ')) {
      if (part === '') continue
      yield { folded: fold(part), from: at, to: at + part.length }
      at += part.length
    }
  }
}

/** Without case and accents. Most words are ASCII, and normalizing takes most of the time. */
function fold(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase()
  return word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
}

/** `at`, or one before it where it would part a surrogate pair. */
function boundary(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return at > 0 && at < text.length && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}
