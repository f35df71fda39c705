/**
 * What the index is told of a message. An entry can only be taken out by telling the index the same words again, so a
 * version never changes: another way to prepare words is another version, and the history is indexed anew with it.
 */
import { stemmer } from 'stemmer'

/** What `message_index` and `message_stems` are told. */
export interface IndexEntry {
  text: string
  stems: string
}

/** Of the entries that are made now; counts up from 1. */
export const INDEX_TEXT_VERSION = 1

/**
 * Characters of scripts that put no space between words: CJK radicals and ideographs, kana, bopomofo, Hangul with its
 * jamo. By number, because the names of scripts mean more characters with each Unicode version.
 */
const UNSPACED =
  /[\u1100-\u11FF\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303C\u3041-\u318E\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF\uFF66-\uFFDC\u{1AFF0}-\u{1B16F}\u{20000}-\u{3FFFF}]/gu

/** Words that the tokenizer would leave whole and that Porter's rules, made for English, apply to. */
const ENGLISH = /(?<![A-Za-z0-9\u0080-\uFFFF])[A-Za-z]{3,40}(?![A-Za-z0-9\u0080-\uFFFF])/g

const MOST_KNOWN_STEMS = 20_000
const knownStems = new Map<string, string>()

/** @throws RangeError for a version that this program does not know */
export function indexEntry(text: string, version: number): IndexEntry {
  if (version !== INDEX_TEXT_VERSION) throw new RangeError(`no words of version ${version}`)
  return { text: indexText(text), stems: [...stemsOf(text)].join(' ') }
}

/** `text` with each character of an unspaced script made a word of its own. */
export function indexText(text: string): string {
  return text.replace(UNSPACED, ' $& ')
}

/**
 * The stems (Porter 1980) of the English words in `text`, lower case, each once, in the order of the text. A word that is
 * its own stem is left out: it is found in the text itself, and the index stays smaller by it.
 */
function stemsOf(text: string): Set<string> {
  const stems = new Set<string>()
  for (const [match] of text.matchAll(ENGLISH)) {
    const word = match.toLowerCase()
    const stem = stemOf(word)
    if (stem !== word) stems.add(stem)
  }
  return stems
}

/** The stem (Porter 1980) of one lower-case word; remembered, because a few words make up most of every text. */
export function stemOf(word: string): string {
  const known = knownStems.get(word)
  if (known !== undefined) return known
  const stem = stemmer(word)
  if (knownStems.size >= MOST_KNOWN_STEMS) knownStems.clear()
  knownStems.set(word, stem)
  return stem
}
