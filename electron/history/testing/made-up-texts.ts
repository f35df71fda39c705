import type { SeededRandom } from './seeded-random.ts'

export interface TextSource {
  /** About `length` UTF-16 units: sentences in one script, at times with a block of code. */
  text(length: number): string
  title(): string
}

const VOCABULARY = 20_000
const SENTENCES_PER_SCRIPT = 3_000

const syllables = {
  latin:
    'ba be bi bo bu da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to'.split(
      ' ',
    ),
  cyrillic:
    'ба бе би бо да де ди до ка ке ки ко ла ле ли ло ма ме ми мо на не ни но ра ре ри ро са се си со та те ти'.split(
      ' ',
    ),
  arabic: 'با بي بو دا دي دو كا كي كو لا لي لو ما مي مو نا ني نو را ري رو سا سي سو تا تي تو'.split(' '),
  accented: 'bä çe dí dö fü gà hé îl ñu ła øk řa ßo šu të ůl žo'.split(' '),
} as const

const han =
  '的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从'
const kana =
  'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんアイウエオカキクケコサシスセソタチツテト'
const emoji = ['🙂', '👍🏽', '🎉', '🇺🇳', '👩‍💻', '🧪', '☕️', '🚀']

const CODE = [
  'export function add(a: number, b: number): number {\n  return a + b\n}',
  'for row in rows:\n    total += row["amount"]\nprint(f"{total:.2f}")',
  'SELECT name, count(*)\nFROM orders\nGROUP BY name\nORDER BY 2 DESC',
  'curl -s http://127.0.0.1:8080/v1/models | jq ".data[].id"',
]

/** Texts put together from sentences that are made once, so that a million of them take seconds. */
export function madeUpTexts(random: SeededRandom): TextSource {
  const common = vocabulary(random, syllables.latin)
  const scripts: [weight: number, sentences: string[]][] = [
    [70, sentencesOf(random, common)],
    [6, sentencesOf(random, vocabulary(random, syllables.accented))],
    [6, sentencesOf(random, vocabulary(random, syllables.cyrillic))],
    [5, sentencesOf(random, vocabulary(random, syllables.arabic))],
    [8, unspaced(random, Array.from(han), '。')],
    [5, unspaced(random, Array.from(kana + han.slice(0, 30)), '。')],
  ]
  const weighted = scripts.flatMap(([weight, sentences]) => Array.from({ length: weight }, () => sentences))
  const text = (length: number): string => {
    const sentences = random.pick(weighted)
    let made = random.pick(sentences)
    while (made.length < length) {
      if (random.isOneIn(25)) made += `\n\n\`\`\`\n${random.pick(CODE)}\n\`\`\`\n\n`
      made += `${random.isOneIn(6) ? '\n\n' : ' '}${random.pick(sentences)}`
    }
    if (random.isOneIn(20)) made += ` ${random.pick(emoji)}`
    return made
  }
  return { text, title: () => random.pick(random.pick(weighted)).slice(0, 40).trim().toWellFormed() }
}

/** Words whose frequency falls with their rank, as it does in every language. */
function vocabulary(random: SeededRandom, parts: readonly string[]): () => string {
  const words = Array.from({ length: VOCABULARY }, (_, rank) => {
    const length = 1 + Math.floor(Math.log10(rank + 1)) + random.below(2)
    return Array.from({ length }, () => random.pick(parts)).join('')
  })
  return () => words[Math.floor(VOCABULARY ** random.share()) - 1] ?? ''
}

function sentencesOf(random: SeededRandom, word: () => string): string[] {
  return Array.from({ length: SENTENCES_PER_SCRIPT }, () => {
    const words = Array.from({ length: 4 + random.below(14) }, word).join(' ')
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
  })
}

function unspaced(random: SeededRandom, characters: readonly string[], end: string): string[] {
  const sentence = () => Array.from({ length: 6 + random.below(24) }, () => random.pick(characters)).join('')
  return Array.from({ length: SENTENCES_PER_SCRIPT }, () => `${sentence()}${end}`)
}
