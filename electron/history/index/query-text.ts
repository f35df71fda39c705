/** What a person types into a search box, as the index is asked for it. Any text is a query; none is an error. */
import { wellFormed } from '../stored-values.ts'
import { indexText, stemOf } from './index-text.ts'

/** Words that must follow each other, as the person typed them. */
export interface Phrase {
  text: string
  /** The last word is only the beginning of one. */
  isPrefix: boolean
}

/** A message that holds these words is found, whatever comes after them. */
const MOST_PHRASES = 32
/** UTF-16 units of a phrase. A longer one is found by its beginning. */
const LONGEST_PHRASE = 200

/** Of the classes that the tokenizer `unicode61` makes words of. */
const WORD_CHARACTER = /[\p{L}\p{N}\p{Co}]/u
/** The last two characters stand for the index of prefixes, which begins at two; one letter is a word. */
const PREFIX_END = /[\p{L}\p{N}\p{Co}\p{M}]{2}$/u
const ENGLISH_WORD = /^[A-Za-z]{3,40}$/

/**
 * The phrases of a query: what stands in quotation marks, and each word outside them. The word that is being typed, and
 * one that ends with an asterisk, also stands for longer words.
 */
export function readQuery(query: string): Phrase[] {
  const phrases: Phrase[] = []
  const clean = wellFormed(query).replaceAll('\0', ' ')
  for (const { 0: match, 1: quoted, index } of clean.matchAll(/"([^"]*)"?|[^\s"]+/g)) {
    const text = cut(quoted ?? match)
    if (!WORD_CHARACTER.test(text)) continue
    const isTyped = quoted === undefined && index + match.length === clean.length
    phrases.push({ text: text.replace(/\*+$/, ''), isPrefix: (isTyped || match.endsWith('*')) && hasPrefix(text) })
    if (phrases.length === MOST_PHRASES) break
  }
  return phrases
}

/** In the query language of FTS5 (https://sqlite.org/fts5.html, section 3), for messages that hold every phrase. */
export function matchAll(phrases: readonly Phrase[]): string {
  return phrases.map(quote).join(' AND ')
}

/** For messages that hold any of the phrases, or the stem of one. */
export function matchAny(phrases: readonly Phrase[]): string {
  const stems = stemsOf(phrases).map((text) => ({ text, isPrefix: false }))
  return [...phrases, ...stems].map(quote).join(' OR ')
}

/** For messages that hold another form of one of the words; empty when there is no English word. */
export function matchStems(phrases: readonly Phrase[]): string {
  return stemsOf(phrases)
    .map((text) => quote({ text, isPrefix: false }))
    .join(' OR ')
}

function stemsOf(phrases: readonly Phrase[]): string[] {
  const words = phrases.filter(({ text }) => ENGLISH_WORD.test(text)).map(({ text }) => text.toLowerCase())
  return [...new Set(words.map(stemOf))]
}

function quote({ text, isPrefix }: Phrase): string {
  return `"${indexText(text).replaceAll('"', '""')}"${isPrefix ? ' *' : ''}`
}

/** A character of an unspaced script is a whole word: nothing begins with it. */
function hasPrefix(text: string): boolean {
  const end = text.replace(/\*+$/, '')
  return PREFIX_END.test(end) && !indexText(end).endsWith(' ')
}

/** Not through a surrogate pair: half of one would be another character. */
function cut(text: string): string {
  return wellFormed(text.slice(0, LONGEST_PHRASE)).replace(/\uFFFD$/, '')
}
