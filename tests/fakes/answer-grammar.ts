import { errorInStream } from './fake-fault.ts'

/** Mulberry32: small numbers from a seed, the same on every machine. */
function createRandom(seed: number) {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    oneIn: (chances: number) => below(chances) === 0,
    pick: <T>(from: readonly T[]) => from[below(from.length)] as T,
  }
}

type Random = ReturnType<typeof createRandom>

const WORDS = [
  'Yes',
  ' no',
  '\n',
  '  ',
  'Hällo ',
  '🌍',
  '\u0000',
  '\ud83d',
  '\ude00',
  '\ufeff',
  '\u2028',
  '[DONE]',
  'data: x',
  '{"error":1}',
  '',
].concat([
  '<think>',
  '</think>',
  '<thi',
  'nk>',
  '<thinking>',
  '</thinking>',
  '[THINK]',
  '[/THINK]',
  '<|channel|>analysis<|message|>',
  '<|channel>thought',
  '<channel|>',
])
const ENDS = ['\n', '\r', '\r\n']
const REASONS = ['stop', 'length', 'content_filter', 'tool_calls', 'eos', '', null, 7]
const STARTS = ['\ufeff', '\ufeff\ufeff', ' ', '\n\n', '<', '{', '\u0000']
/** JSON, but nothing that a server should send; or not even that. */
const ODD = [
  'null',
  '5',
  '"text"',
  '[1,2]',
  '{}',
  '{"choices":"none"}',
  '{"choices":[null]}',
  '{"choices":[[]]}',
  '{"choices":{"0":{}}}',
  '{"choices":[{"delta":5}]}',
  '{"choices":[{"delta":{"content":5,"reasoning":{}}}]}',
  '{"choices":[{"delta":{"content":[{"text":"part"},{"text":1},null]}}]}',
  '{"choices":[{"delta":{"content":"first"}}],"choices":[{"delta":{"content":"twice"}}]}',
  '{"__proto__":{"error":"x"},"choices":[{"delta":{"__proto__":{"content":"x"}}}]}',
  '{"constructor":{"prototype":{"done":true}}}',
  '{"error":null,"choices":[{"delta":{"content":"fine"}}]}',
  '{"error":""}',
  '{"error":5}',
  '{"object":"error","message":5}',
  '{"usage":{"prompt_tokens":-1,"completion_tokens":1e999}}',
  '{"timings":{"prompt_n":1e300,"prompt_per_second":0,"predicted_per_second":"x"}}',
  '{"choices":[{"delta":{"tool_calls":[{"index":1e15,"function":{"name":"f","arguments":{"a":1}}},null,5]}}]}',
  `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
  `{"choices":[{"delta":{"content":${'['.repeat(2_000)}${']'.repeat(2_000)}}}]}`,
]
const BROKEN = [
  '{',
  '{"choices":[{"delta":',
  'NaN',
  "{'a':1}",
  '{"a":1}}',
  '{"choices":[]}{"choices":[]}',
  '[DONE',
  '[done]',
  'undefined',
]
/** Invalid, overlong and lone UTF-8, and bytes that mean something to the protocol. */
const BYTES = [
  [0xff],
  [0xc0, 0x80],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf0, 0x9f],
  [0x80],
  [0],
  [0x0a],
  [0x0d],
  [0xef, 0xbb, 0xbf],
  [0x3a],
  [0x20],
]

/** A stream as a server could send it, good or bad in every way that the protocol knows; the same for the same seed. */
export function streamOf(seed: number): Uint8Array {
  const random = createRandom(seed)
  const end = random.pick(ENDS)
  const isMixed = random.oneIn(3)
  // Most streams have a chance to be whole.
  const oddness = random.pick([4, 12, 1_000])
  const lines: string[] = []
  for (let count = random.below(9); count > 0; count -= 1)
    lines.push(...frame(payload(random, oddness), random, oddness))
  if (!random.oneIn(4)) lines.push(`data: ${chunk({}, random.pick(REASONS))}`, '')
  for (let count = random.pick([0, 1, 1, 2]); count > 0; count -= 1) lines.push('data: [DONE]', '')
  const text = random.oneIn(12)
    ? wholeBody(random, oddness)
    : lines.map((line) => line + (isMixed ? random.pick(ENDS) : end)).join('')
  return spoil(Buffer.from(random.oneIn(oddness) ? random.pick(STARTS) + text : text), random, oddness)
}

/** An answer that is no stream. */
function wholeBody(random: Random, oddness: number): string {
  if (random.oneIn(oddness)) return random.pick(['<!doctype html><p>It works', 'It works', '', '[]', ...ODD, ...BROKEN])
  const message = { role: 'assistant', content: random.pick(WORDS), reasoning_content: random.pick(WORDS) }
  return JSON.stringify({ choices: [{ message, finish_reason: random.pick(REASONS) }] })
}

function payload(random: Random, oddness: number): string {
  if (random.oneIn(oddness)) return random.pick(random.oneIn(3) ? BROKEN : ODD)
  const words = Array.from({ length: random.below(4) }, () => random.pick(WORDS)).join('')
  const call = { index: random.below(3), id: 'id', function: { name: 'look', arguments: words } }
  return random.pick([
    chunk({ content: words }),
    chunk({ content: words }),
    chunk({ content: words }),
    chunk({ role: 'assistant', content: null }),
    chunk({ reasoning_content: words }),
    chunk({ reasoning: words }),
    chunk({ refusal: words }),
    chunk({ tool_calls: [call] }),
    JSON.stringify({
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
    }),
    JSON.stringify({ choices: [], timings: { prompt_n: 9, cache_n: 1, predicted_n: 3, prompt_per_second: 10 } }),
    JSON.stringify({ choices: [], prompt_progress: { total: 9, processed: random.below(9) } }),
    '[DONE]',
    '',
  ])
}

/** Half a character becomes an escape, as from a server that cuts between tokens. */
function chunk(delta: object, reason: unknown = null): string {
  return JSON.stringify({ model: 'fake-model', choices: [{ index: 0, delta, finish_reason: reason }] })
}

/** The lines of one event. */
function frame(data: string, random: Random, oddness: number): string[] {
  if (!random.oneIn(oddness)) return [random.oneIn(3) ? `data:${data}` : `data: ${data}`, '']
  const at = random.below(data.length + 1)
  return random.pick([
    ['event: execute', `data: ${data}`, ''],
    ['event: message', `data: ${data}`, ''],
    ['event:', `data: ${data}`, ''],
    ['event: error', `data: ${data}`, ''],
    [`data: ${data.slice(0, at)}`, `data: ${data.slice(at)}`, ''],
    ['data', `data: ${data}`, ''],
    [': ping', ''],
    [':', '', '', '', ''],
    ['id: 1', 'id: \u0000', 'retry: 5', 'retry: never', `data: ${data}`, ''],
    [`DATA: ${data}`, ''],
    [` data: ${data}`, ''],
    [`data : ${data}`, ''],
    [data, ''],
    [`error: ${data}`, ''],
    ['nonsense', `data: ${data}`, ''],
    [`data: ${data}`],
    errorInStream(
      random.pick(['openai', 'event-error', 'llama-field', 'ollama-line', 'string']),
      'out of memory',
    ).split('\n'),
  ])
}

/** Cut off somewhere, or with bytes in it that do not belong there. */
function spoil(bytes: Buffer, random: Random, oddness: number): Uint8Array {
  let spoiled = bytes
  while (random.oneIn(oddness)) {
    const at = random.below(spoiled.length + 1)
    spoiled = Buffer.concat([spoiled.subarray(0, at), Buffer.from(random.pick(BYTES)), spoiled.subarray(at)])
  }
  return random.oneIn(6) ? spoiled.subarray(0, random.below(spoiled.length + 1)) : spoiled
}
