import { addressOf, type EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { asRecord } from '../http/server-text.ts'

interface CountedMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** What is counted: a conversation with what the chat template adds to it, or a text by itself. */
export type CountInput = string | readonly CountedMessage[]

interface Counting {
  connection: EndpointConnection
  model: string
  signal: AbortSignal
}

const COUNT_TIMEOUT_MS = 10_000

/** What a template adds to a message, for servers that count plain text only. */
const TEMPLATE_TOKENS_PER_MESSAGE = 5

/** No tokenizer makes more of a character than its four bytes; templates of their own add a system prompt at most. */
const MOST_TOKENS_PER_CHARACTER = 4
const MOST_TOKENS_ADDED = 8_192

/**
 * How servers count, the most exact first, by the name under which a route is remembered. vLLM and llama.cpp share a path
 * but not its fields, and each ignores the other's.
 */
const ROUTES: Record<string, (counting: Counting, input: CountInput) => Promise<unknown>> = {
  // llama.cpp and vLLM: Anthropic's route, which counts the template too.
  'messages/count_tokens': async (counting, input) => {
    if (typeof input === 'string') return countText(counting, input)
    const system = input.filter(({ role }) => role === 'system').map(({ content }) => content)
    const messages = input.filter(({ role }) => role !== 'system')
    const head = system.length > 0 ? { system: system.join('\n\n') } : {}
    const { model } = counting
    return (await post(counting, '/v1/messages/count_tokens', { model, messages, ...head }))?.input_tokens
  },
  // llama.cpp before that.
  'apply-template': async (counting, input) => {
    if (typeof input === 'string') return countText(counting, input)
    const { model } = counting
    const prompt = (await post(counting, '/apply-template', { model, messages: input }))?.prompt
    return typeof prompt === 'string' && prompt !== '' ? countText(counting, prompt, true) : null
  },
  // vLLM
  'tokenize-messages': async (counting, input) => {
    if (typeof input === 'string') return countText(counting, input)
    return (await post(counting, '/tokenize', { model: counting.model, messages: input }))?.count
  },
  // KoboldCpp
  tokencount: async (counting, input) => {
    return withTemplate(input, (await post(counting, '/api/extra/tokencount', { prompt: plainText(input) }))?.value)
  },
  // text-generation-webui
  'token-count': async (counting, input) => {
    return withTemplate(input, (await post(counting, '/v1/internal/token-count', { text: plainText(input) }))?.length)
  },
  // LocalAI
  'v1/tokenize': async (counting, input) => {
    const body = { model: counting.model, content: plainText(input) }
    return withTemplate(input, lengthOf((await post(counting, '/v1/tokenize', body))?.tokens))
  },
  // llama.cpp of 2024
  tokenize: async (counting, input) => withTemplate(input, await countText(counting, plainText(input))),
}

/**
 * Counts tokens as the server does; null when it cannot. `route` is the one that `findTokenRoute` has found; without it
 * every route is tried. Servers that count plain text only are given the text of the messages, and the template's share
 * is estimated. Throws `EndpointFailure` where nothing answers, and `signal.reason`.
 */
export async function countTokens(
  connection: EndpointConnection,
  model: string,
  input: CountInput,
  signal: AbortSignal,
  route?: string,
): Promise<number | null> {
  if (connection.kind === 'demo' || route === 'none') return null
  const counting = { connection, model, signal }
  const names = route !== undefined && Object.hasOwn(ROUTES, route) ? [route] : Object.keys(ROUTES)
  for (const name of names) {
    const count = asCount(await ROUTES[name]?.(counting, input), input)
    if (count !== null) return count
  }
  return null
}

/** The route that counts for this model, to be remembered as its `token-count`; `none` where no route does. Throws like `countTokens`. */
export async function findTokenRoute(
  connection: EndpointConnection,
  model: string,
  signal: AbortSignal,
): Promise<string> {
  const probe: CountInput = [{ role: 'user', content: 'How many tokens is this?' }]
  for (const name of Object.keys(ROUTES)) {
    if ((await countTokens(connection, model, probe, signal, name)) !== null) return name
  }
  return 'none'
}

/** llama.cpp answers `tokens`, vLLM `count`. */
async function countText(counting: Counting, content: string, isWhole = false): Promise<unknown> {
  const fields = { add_special: isWhole, parse_special: true }
  const body = { model: counting.model, content, prompt: content, ...fields }
  const answer = await post(counting, '/tokenize', body)
  return answer?.count ?? lengthOf(answer?.tokens)
}

/** Null where the server has no such route, or cannot use it. */
async function post(counting: Counting, path: string, body: object): Promise<Record<string, unknown> | null> {
  try {
    const url = addressOf(counting.connection).rootUrl + path
    const { connection, signal } = counting
    return asRecord(
      await fetchJson({ connection, signal, url, body, timeoutMs: COUNT_TIMEOUT_MS, purpose: 'capabilities' }),
    )
  } catch (error) {
    const isRefusal =
      error instanceof EndpointFailure && (error.status !== null || error.code === 'endpoint-not-openai')
    if (isRefusal && error.code !== 'endpoint-key-refused' && error.code !== 'endpoint-loading') return null
    throw error
  }
}

function asCount(value: unknown, input: CountInput): number | null {
  const most = plainText(input).length * MOST_TOKENS_PER_CHARACTER + MOST_TOKENS_ADDED
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most ? value : null
}

function withTemplate(input: CountInput, count: unknown): unknown {
  if (typeof input === 'string' || typeof count !== 'number' || count <= 0) return count
  return count + input.length * TEMPLATE_TOKENS_PER_MESSAGE
}

function plainText(input: CountInput): string {
  return typeof input === 'string' ? input : input.map(({ content }) => content).join('\n')
}

function lengthOf(list: unknown): number | null {
  return Array.isArray(list) ? list.length : null
}
