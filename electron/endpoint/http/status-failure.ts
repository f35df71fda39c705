import { addressOf, type EndpointAddress, type EndpointConnection } from '../address.ts'
import { EndpointFailure, type OverflowNumbers } from './failure.ts'
import { readOverflow } from './refusals/overflow.ts'
import { htmlFailure, isSignIn, looksLikeHtml } from './refusals/web-page.ts'
import { type EndpointResponse, readText } from './request.ts'
import { asRecord, cleanServerText, parseJson, quoteServer, toJson } from './server-text.ts'

const MAX_ERROR_BODY_BYTES = 64 * 1024
const MAX_RETRY_AFTER_MS = 30_000

/** llama.cpp, LM Studio, Ollama, vLLM: for an image sent to a model that only reads text. */
const NO_IMAGES =
  /image input is not supported|(?:does not|doesn't|cannot) (?:support|accept|process) (?:image|vision|multi-?modal)|(?:image|vision|multi-?modal)\w* (?:inputs? |content )?(?:is|are) not (?:supported|enabled|available)|is not a multi-?modal model|no vision|missing data required for image|mmproj/i

interface Situation {
  connection: EndpointConnection
  address: EndpointAddress
  model: string | null
  status: number
  /** The body, or a message, whole: overflow numbers may sit beside the sentence. */
  raw: string
  text: string
  retryAfterMs: number | null
}

/** Reads the body of an answer that is not 2xx and explains it. `model`: the one asked for, null for other routes. */
export async function statusFailure(
  response: EndpointResponse,
  connection: EndpointConnection,
  model: string | null,
): Promise<EndpointFailure> {
  const raw = await readText(response, MAX_ERROR_BODY_BYTES)
  const isHtml = looksLikeHtml(raw, response.contentType)
  if (isSignIn(isHtml ? raw : '', response.status)) return htmlFailure(connection, raw, response.status)
  return explain({
    connection,
    address: addressOf(connection),
    model,
    status: response.status,
    raw: isHtml ? '' : raw,
    text: isHtml ? '' : cleanServerText(raw, connection.key),
    retryAfterMs: readRetryAfter(response.headers['retry-after'] ?? ''),
  })
}

/** Explains an error that came inside a stream or a 200 answer: `{error: {message, code}}`, `{error: "…"}` or text. */
export function sentFailure(body: unknown, connection: EndpointConnection, model: string): EndpointFailure {
  const raw = typeof body === 'string' ? body : toJson(body)
  const record = asRecord(typeof body === 'string' ? parseJson(body) : body)
  return explain({
    connection,
    address: addressOf(connection),
    model,
    status: statusOf(asRecord(record?.error) ?? record),
    raw,
    text: cleanServerText(body, connection.key),
    retryAfterMs: null,
  })
}

/** The names that servers give to errors, and the status that goes with each. */
const STATUS_OF_TYPE: readonly [RegExp, number][] = [
  [/not_?found/i, 404],
  [/authentication|permission/i, 401],
  [/unavailable|overloaded/i, 503],
  [/rate_?limit/i, 429],
  [/invalid_?request|bad_?request/i, 400],
]

/** The status that an error would have had by itself, by its `code` or else its `type`; 500 where neither tells. */
function statusOf(error: Record<string, unknown> | null): number {
  const code = Number(error?.code)
  if (code >= 400 && code < 600) return code
  const type = typeof error?.type === 'string' ? error.type : ''
  return STATUS_OF_TYPE.find(([name]) => name.test(type))?.[1] ?? 500
}

function explain(situation: Situation): EndpointFailure {
  const { status, text, address, connection } = situation
  const details = { status, serverText: text, serverBody: situation.raw, retryAfterMs: situation.retryAfterMs }
  const overflow = status >= 400 ? readOverflow(situation.raw) : null
  if (overflow !== null) return overflowFailure(situation, overflow)
  if (status === 401 || status === 403) {
    const advice = connection.key === null ? 'It wants an API key: enter it' : 'It refused the API key: check it'
    return new EndpointFailure(
      'endpoint-key-refused',
      `${address.where} did not let this request in (${status}). ${advice} in the endpoint's settings.${quoteServer(text)}`,
      details,
    )
  }
  if (situation.model !== null && status >= 400 && NO_IMAGES.test(situation.raw.slice(0, 20_000))) {
    return new EndpointFailure(
      'endpoint-no-images',
      `"${situation.model}" at ${address.where} cannot look at images. Choose a model that can, or say in words what is to be seen.`,
      details,
    )
  }
  if (isModelMissing(situation)) {
    return new EndpointFailure(
      'endpoint-model-missing',
      `${address.where} has no model "${situation.model}". Choose another model, or load this one in the server.${quoteServer(text)}`,
      details,
    )
  }
  if (status === 404 || status === 405) {
    return new EndpointFailure(
      'endpoint-not-found',
      `A server answers at ${address.where}, but not under ${address.apiBase}. The address usually ends in /v1, such as ${address.rootUrl}/v1.${quoteServer(text)}`,
      details,
    )
  }
  return isTemporary(situation) ?? finalFailure(situation, details)
}

function isTemporary(situation: Situation): EndpointFailure | null {
  const { status, text, address } = situation
  const details = {
    status,
    serverText: text,
    serverBody: situation.raw,
    retryAfterMs: situation.retryAfterMs,
    retryable: true,
  }
  if (status === 503 && /loading|warming|starting/i.test(text)) {
    return new EndpointFailure(
      'endpoint-loading',
      `${address.where} is still loading the model. Wait until it has finished, then try again.`,
      { ...details, retry: 'loading' },
    )
  }
  if (status === 429 || status === 503) {
    const wait =
      situation.retryAfterMs === MAX_RETRY_AFTER_MS
        ? 'It asks for half a minute or more between two tries, and half a minute is what Alcove waits by itself. Try again later.'
        : 'Wait a little, then try again.'
    return new EndpointFailure(
      'endpoint-busy',
      `${address.where} is too busy to answer (${status}). ${wait}${quoteServer(text)}`,
      { ...details, retry: 'backoff' },
    )
  }
  // Gateways answer for a server that is gone; from 520 on they are the numbers of Cloudflare.
  if (status === 502 || status === 504 || (status >= 520 && status <= 530)) {
    return new EndpointFailure(
      'endpoint-failed',
      `${address.where} cannot reach the model behind it (${status}). Check that the model server runs, then try again.${quoteServer(text)}`,
      { ...details, retry: status === 502 ? 'backoff' : 'never' },
    )
  }
  return null
}

function finalFailure(situation: Situation, details: { status: number; serverText: string }): EndpointFailure {
  const { status, text, address } = situation
  if (status === 413) {
    return new EndpointFailure(
      'endpoint-refused',
      `${address.where}, or a proxy before it, takes no request as large as this one (413). Send fewer messages or images, or raise its limit.${quoteServer(text)}`,
      details,
    )
  }
  if (status >= 500) {
    return new EndpointFailure(
      'endpoint-failed',
      `${address.where} failed while answering (${status}). Look at the server's own log, then try again.${quoteServer(text)}`,
      { ...details, retryable: true },
    )
  }
  return new EndpointFailure(
    'endpoint-refused',
    `${address.where} refused this request (${status}). Check the model and the reply settings of this conversation.${quoteServer(text)}`,
    details,
  )
}

function overflowFailure(situation: Situation, overflow: OverflowNumbers): EndpointFailure {
  const { promptTokens, windowTokens } = overflow
  const count = `${overflow.isAtLeast ? 'more than ' : ''}${promptTokens?.toLocaleString('en')}`
  const prompt = promptTokens === null ? 'what was sent' : `the ${count} tokens sent`
  const window =
    windowTokens === null ? 'its context window' : `its window of ${windowTokens.toLocaleString('en')} tokens`
  return new EndpointFailure(
    'endpoint-overflow',
    `The model at ${situation.address.where} cannot take ${prompt}: they exceed ${window}. Send fewer messages, or start the server with a larger context.`,
    { status: situation.status, serverText: situation.text, serverBody: situation.raw, overflow },
  )
}

const NO_SUCH_MODEL =
  /model\b[\s\S]{0,200}?\b(?:not found|not exist|not available|unknown|not loaded)|(?:no such|unknown|invalid) model/i
/** Says so whatever the status. */
const SURELY_NO_MODEL = /model_not_found|no models? loaded|try pulling it/i

function isModelMissing({ status, raw, model }: Situation): boolean {
  if (model === null || status < 400) return false
  const said = raw.slice(0, 5_000)
  return SURELY_NO_MODEL.test(said) || ([400, 404, 422].includes(status) && NO_SUCH_MODEL.test(said))
}

function readRetryAfter(header: string): number | null {
  if (header === '') return null
  const seconds = Number(header)
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS) : null
}
