import type { Sampling } from '../../../shared/record-types.ts'
import { SAMPLING_NAMES } from '../../../shared/sampling-names.ts'
import { type ChatMessage, toWire } from './chat-message.ts'

export type RequestBody = Record<string, unknown>

interface BodyOptions {
  model: string
  messages: readonly ChatMessage[]
  sampling: Sampling
  stream: boolean
  /** False for a template without a system role. */
  systemMessage: boolean
  responseFormat?: object | undefined
  /** Further fields that a reply can do without. */
  extraFields?: Record<string, unknown> | undefined
  leftOut: ReadonlySet<string>
}

/** Names on the wire of what a person can choose; the others are Alcove's own, and nobody misses them. */
export const chosenFields: ReadonlySet<string> = new Set(Object.values(SAMPLING_NAMES).flat())

/** Never left out: without these it would be another request. */
const ESSENTIAL = new Set(['model', 'messages', 'stream'])

/** The JSON of a chat completion request. `leftOut` are names of fields that this server refuses. */
export function requestBody(options: BodyOptions): RequestBody {
  const body: RequestBody = {
    model: options.model,
    messages: toWire(options.messages, options.systemMessage),
    stream: options.stream,
    // What llama.cpp tells of a long prompt while it reads it; others do not know the field.
    ...(options.stream ? { stream_options: { include_usage: true }, return_progress: true } : {}),
    ...samplingFields(options.sampling),
    ...(options.responseFormat === undefined ? {} : { response_format: options.responseFormat }),
    ...options.extraFields,
  }
  for (const field of options.leftOut) if (!ESSENTIAL.has(field)) delete body[field]
  return body
}

function samplingFields(sampling: Sampling): RequestBody {
  const fields: RequestBody = {}
  for (const [name, value] of Object.entries(sampling) as [keyof Sampling, unknown][]) {
    const isUnset = value === undefined || (Array.isArray(value) && value.length === 0)
    // -1 is "no limit" here; vLLM refuses it on the wire, so that it is said by saying nothing.
    if (isUnset || (name === 'maxTokens' && value === -1)) continue
    for (const field of SAMPLING_NAMES[name]) fields[field] = value
  }
  return fields
}

const REFUSED_STATUS = new Set([400, 415, 422, 500, 501])
const REFUSAL =
  /unknown|unrecogni[sz]ed|unexpected|unsupported|not (?:be )?(?:permitted|supported|allowed|implemented|accepted|recogni[sz]ed|available)|extra[_ ](?:forbidden|fields|inputs)|does(?:n't| not) (?:support|accept)|invalid (?:parameter|argument|field)/i

/**
 * The field of `body` that an answer refuses as such; null where it complains about something else, such as a value that is
 * out of range: that is the person's to mend. `said`: the whole body of the answer. Dialects: OpenAI `Unknown parameter:
 * 'x'` and `Unrecognized request argument supplied: x`, pydantic `loc: ["body", "x"]` with `extra_forbidden`, plain words.
 */
export function refusedField(status: number | null, said: string, body: RequestBody): string | null {
  if (status === null || !REFUSED_STATUS.has(status)) return null
  const text = said.slice(0, 20_000)
  const named = Object.keys(body).filter((field) => !ESSENTIAL.has(field) && namesField(text, field))
  const own = named.find((field) => !chosenFields.has(field))
  if (REFUSAL.test(text)) return own ?? named[0] ?? null
  // Whatever is wrong with a field that nobody chose, nobody can mend it; but a server that failed may quote the whole request.
  return status === 500 ? null : (own ?? null)
}

const NO_SYSTEM_ROLE =
  /system (?:role|messages?|prompts?) (?:is |are )?not supported|does(?:n't| not) support (?:a |the )?system|unsupported role:? .?system|only user(?:,| and) assistant/i

/** Whether an answer says that the model's template knows no system role, as Gemma's and old Mistral's do. */
export function refusesSystemRole(said: string): boolean {
  return NO_SYSTEM_ROLE.test(said.slice(0, 20_000))
}

function namesField(text: string, field: string): boolean {
  // A word such as `stop` or `seed` stands in many a sentence; as the name of a field it is set apart.
  return /_/.test(field)
    ? new RegExp(`(?<![\\w])${field}(?![\\w])`).test(text)
    : new RegExp(`["'\`\\\\.]${field}["'\`\\\\]|(?:parameter|argument|field|supplied|param)s?:? ${field}\\b`, 'i').test(
        text,
      )
}
