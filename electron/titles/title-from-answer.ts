import { autoTitle } from '../history/auto-title.ts'

/** UTF-16 units. What is longer in one line is no title any more: the model has gone on with the conversation. */
const LONGEST_ANSWER = 240

/**
 * The title in what a model answered when it was asked for one; null when there is none: nothing said, a refusal, more than
 * one paragraph. At most 80 UTF-16 units in one line, without quotation marks, Markdown, labels ("Title:") and characters
 * that cannot be seen or that turn the direction of text.
 */
export function titleFromAnswer(answer: string): string | null {
  const lines = linesOf(jsonTitle(answer) ?? withoutThoughts(answer))
  const line = lines.length === 2 && /[:：]\**$/.test(lines[0] ?? '') ? lines[1] : lines[0]
  if (line === undefined || line.length > LONGEST_ANSWER || lines.length > (line === lines[0] ? 1 : 2)) return null
  const title = autoTitle(unwrapped(line))
  return /[\p{L}\p{N}]/u.test(title) && !NO_TITLE.test(title) && !REFUSAL.test(title) ? title : null
}

function linesOf(text: string): string[] {
  return text
    .toWellFormed()
    .split(/[\r\n\v\f\u0085\u2028\u2029]/)
    .map((line) => line.replace(INVISIBLE, '').replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '' && !/^(?:```+\w*|~~~+\w*|-{3,}|\*{3,})$/.test(line))
}

/**
 * Control and format characters, among them those that turn the direction of text and the tags that hide whole sentences.
 * The two joiners stay where they are spelling: between the letters of Arabic and Indic scripts, and inside one emoji.
 */
const INVISIBLE =
  /[^\P{Cc}\t]|(?![\u200c\u200d])\p{Cf}|(?<![\p{Script=Arabic}\p{M}\p{Extended_Pictographic}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{Extended_Pictographic}])|[\u115f\u1160\u3164\uffa0\u2800]/gu

/** A block of thoughts that the stream did not recognise as one. An open one is all there is. */
function withoutThoughts(text: string): string {
  const THOUGHTS = /<\/?(?:think|thinking|thought|reasoning)>|\[\/?THINK\]|<\|channel\|>/i
  const spoken = text.split(/<\/(?:think|thinking|thought|reasoning)>|\[\/THINK\]|<\|message\|>/i).at(-1) ?? ''
  return THOUGHTS.test(spoken) ? '' : spoken
}

/** Some models answer in JSON whatever they were asked. */
function jsonTitle(answer: string): string | null {
  const text = answer.replace(/^\s*```(?:json)?\s*|\s*```\s*$/g, '')
  if (!text.trimStart().startsWith('{')) return null
  try {
    const { title } = JSON.parse(text) as { title?: unknown }
    return typeof title === 'string' ? title : ''
  } catch {
    return null
  }
}

/** Takes off, layer by layer, what models put around a title. */
function unwrapped(line: string): string {
  let title = line.replaceAll('**', '')
  for (;;) {
    const before = title
    for (const layer of LAYERS) title = title.replace(layer, '').trim()
    for (const layer of WRAPPERS) title = title.replace(layer, '$<inside>').trim()
    if (title === before) return title
  }
}

const LAYERS: readonly RegExp[] = [
  // What it is said to be.
  /^["“]?(?:(?:sure|okay|ok|certainly|of course|absolutely)[,.!]* *)?here(?:['’]s| is| are| you go)\b[^:：]{0,60}[:：]/i,
  /^["“]?(?:(?:the|a|suggested|proposed|possible|short|chat|conversation) )*(?:title|titel|titre|título|titolo|tytuł|rubrik|otsikko|başlık|заголовок|название|标题|標題|タイトル|제목|العنوان)(?: (?:of|for) [^:：]{0,40})?["”]*[:：]/iu,
  // Markdown: heading, quotation, list.
  /^(?:#{1,6}|>|[-*+•])(?: +|$)/,
  // One full stop; those of abbreviations stay.
  /(?<=^[^.]*\p{L}{3,})\.$|。$/u,
]

const WRAPPERS: readonly RegExp[] = [
  /^(?<mark>[*_]{1,3}|~~|`{1,3})(?<inside>.*)\k<mark>$/,
  /^!?\[(?<inside>[^\]]+)\]\([^)]*\)$/,
  /^<(?<tag>[a-z]+)>(?<inside>.*)<\/\k<tag>>$/i,
  /^"(?<inside>[^"]*)"[.。]?$/,
  /^'(?<inside>.*)'[.。]?$/,
  /^[“„‟”](?<inside>[^“„”]*)[“”][.。]?$/,
  /^[‘‚](?<inside>.*)[‘’][.。]?$/,
  /^[«»](?<inside>[^«»]*)[«»][.。]?$/,
  /^[‹›](?<inside>[^‹›]*)[‹›]$/,
  /^[「『《〈【](?<inside>[^「『《〈【]*)[」』》〉】]$/,
]

/** The ways in which models decline, also by speaking of themselves. */
const REFUSAL =
  /^(?:i(?:['’]m| am)? (?:so )?(?:sorry|unable|afraid|not able|just an? ai)|i (?:cannot|can['’]?t|can not|could ?n['’]?t|won['’]?t|do not|don['’]?t|apologi[sz]e|must decline)|sorry\b|(?:my )?apologies|unfortunately|as an? (?:ai|artificial|(?:large )?language|assistant)|(?:es )?tut mir leid|ich kann (?:nicht|kein|das nicht|leider|dir|ihnen)|als (?:ki|sprachmodell)|leider\b|entschuldigung|désolé|je (?:ne (?:peux|puis) pas|suis désolé)|lo siento|no puedo|mi dispiace|non posso|desculpe|não posso|извините|к сожалению|я не могу|抱歉|很抱歉|对不起|對不起|我无法|我不能|作为(?:一个)?(?:ai|人工智能)|申し訳|すみません|죄송)/iu

/** Words that say nothing of the conversation. */
const NO_TITLE =
  /^(?:(?:new|untitled|the|a|this|your|short)? ?(?:chat|conversation|title|dialogue)|untitled|no title|none|null|undefined|n\/a|title here|user|assistant)[.…]?$/i
