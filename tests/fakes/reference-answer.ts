/**
 * What the bytes of an answer mean, read at once and as simply as possible: the standard's algorithm over all lines, every
 * payload in turn, one regular expression for the block of thoughts. Shares no code with the product. `reasoning` is null
 * where a stream tells thoughts in two ways at once: their order is then not defined.
 */
export function referenceAnswer(bytes: Uint8Array): { text: string; reasoning: string | null; verdict: string } {
  const text = new TextDecoder().decode(bytes)
  const first = firstOf(bytes)
  if (first === '<') return { text: '', reasoning: '', verdict: 'endpoint-not-openai' }
  const answer = { content: '', reasoning: '', calls: 0, ended: false, failed: false, broken: false, chunks: 0 }
  if (first === '{' || first === '[')
    readWhole(new TextDecoder().decode(bytes.subarray(bytes.indexOf(first.charCodeAt(0)))), answer)
  else for (const message of messagesOf(text)) if (read(message, answer)) break
  const { said, thought } = parted(answer.content.toWellFormed())
  const reasoning = answer.reasoning.toWellFormed()
  const hasBegun = said + thought + reasoning !== '' || answer.calls > 0
  return {
    text: said,
    reasoning: thought !== '' && reasoning !== '' ? null : thought + reasoning,
    verdict: judge(answer, hasBegun, first),
  }
}

type Answer = {
  content: string
  reasoning: string
  calls: number
  ended: boolean
  failed: boolean
  broken: boolean
  chunks: number
}

function judge(answer: Answer, hasBegun: boolean, first: string): string {
  if (answer.failed) return 'failed'
  if (answer.ended || first === '') return answer.ended && hasBegun ? 'whole' : 'reply-empty'
  return hasBegun || answer.chunks > 0 || answer.broken ? 'stream-broken' : 'endpoint-not-openai'
}

/** The first character that is neither blank nor of a byte order mark, whole or in pieces. */
function firstOf(bytes: Uint8Array): string {
  const byte = bytes.find((value) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(value))
  return byte === undefined ? '' : String.fromCharCode(byte)
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, with lines that are no fields, and the last event also without its blank line. */
function messagesOf(text: string): { event: string; data: string | null; stray: string | null }[] {
  const messages = []
  let event = ''
  let data: string[] = []
  for (const line of `${text}\n\n`.split(/\r\n|\n|\r/)) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? []
    if (line === '') {
      if (data.length > 0) messages.push({ event, data: data.join('\n'), stray: null })
      event = ''
      data = []
    } else if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (!['', 'id', 'retry'].includes(field)) messages.push({ event: '', data: null, stray: line })
  }
  return messages
}

/** True when nothing after it counts. */
function read(
  { event, data, stray }: { event: string; data: string | null; stray: string | null },
  answer: Answer,
): boolean {
  if (data === null) {
    const body = parse(String(stray).replace(/^error:\s*/, ''))
    answer.failed = isObject(body) && (String(stray).startsWith('error:') || isError(body))
    return answer.failed
  }
  if (event === 'error') answer.failed = true
  else if (event === '' || event === 'message') {
    if (data.trim() === '[DONE]') {
      answer.ended = true
      return true
    }
    const body = parse(data)
    if (data.trim() !== '' && body === undefined) answer.broken = true
    else if (isObject(body)) readChunk(body, answer)
  }
  return answer.failed || answer.broken
}

function readWhole(text: string, answer: Answer): void {
  const body = parse(text)
  answer.broken = body === undefined
  if (isObject(body)) readChunk(body, answer)
  answer.ended ||= !answer.failed && answer.chunks > 0
}

function readChunk(body: Json, answer: Answer): void {
  if (isError(body)) answer.failed = true
  if (answer.failed || !Array.isArray(body.choices)) return
  answer.chunks += 1
  const choice = isObject(body.choices[0]) ? body.choices[0] : {}
  const delta = [choice.delta, choice.message].find(isObject) ?? {}
  answer.reasoning += textIn(delta.reasoning_content) || textIn(delta.reasoning)
  answer.content += textIn(delta.content) || textIn(delta.refusal)
  if (Array.isArray(delta.tool_calls)) answer.calls += delta.tool_calls.length
  if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') answer.ended = true
}

type Json = Record<string, unknown>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isError({ error, object, message }: Json): boolean {
  return (
    isObject(error) ||
    (typeof error === 'string' && error !== '') ||
    (error !== '' && typeof error !== 'string' && object === 'error' && typeof message === 'string')
  )
}

function textIn(value: unknown): string {
  const parts = Array.isArray(value) ? value.map((part) => (isObject(part) ? part.text : null)) : [value]
  return parts.filter((part) => typeof part === 'string').join('')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const BLOCKS = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['[THINK]', '[/THINK]'],
  ['<seed:think>', '</seed:think>'],
  ['<|channel>thought', '<channel|>'],
  ['<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>'],
]

function parted(content: string): { said: string; thought: string } {
  const trimmed = content.trimStart()
  const [open, close] =
    content.length - trimmed.length > 200 ? [] : (BLOCKS.find(([start = '']) => trimmed.startsWith(start)) ?? [])
  if (open === undefined || close === undefined) return { said: content, thought: '' }
  const [thought = '', ...rest] = trimmed.slice(open.length).split(close)
  return { said: rest.join(close).trimStart(), thought }
}
