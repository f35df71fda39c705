import type { CapabilityName, Sampling } from '../../../../shared/record-types.ts'
import type { ChatMessage } from '../../wire/chat-message.ts'
import type { Fact } from './ask-capabilities.ts'
import type { Check } from './check-capabilities.ts'
import { SAMPLE_TEXT } from './sample-text.ts'
import { type TriedReply, tryReply } from './try-reply.ts'

/** The first reply may have to wait for the model to be loaded. */
const FIRST_LIMIT_MS = 300_000
const LIMIT_MS = 60_000

/** Enough to show the form of a reply, and little enough for the slowest computer. */
const FEW_TOKENS = 8

/** Long enough to be still going on when it is left; short enough where leaving does not stop it. */
const MANY_TOKENS = 512

/** How much longer the reply after a cancelled one may take than the first one did. */
const PROMPT_FACTOR = 3
const PROMPT_GRACE_MS = 2_000

/** Every field that a person can set, at values that change little. */
const EVERY_FIELD: Sampling = {
  temperature: 0.7,
  topP: 0.9,
  topK: 40,
  minP: 0.05,
  presencePenalty: 0.1,
  frequencyPenalty: 0.1,
  repeatPenalty: 1.05,
  maxTokens: FEW_TOKENS,
  seed: 1,
  stop: ['###'],
  reasoningEffort: 'low',
}

/** A red square of 64 by 64: models of vision refuse pictures smaller than one of their patches. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAABlBMVEX/AAAAAP9sof2OAAAAD0lEQVR42mNgGAWjgHwAAAJAAAHgTR1EAAAAAElFTkSuQmCC'

/** Statuses with which a server refuses a request for what is in it. */
const REFUSALS = new Set([400, 415, 422, 500, 501])

/** A first reply, with a system message. Throws `EndpointFailure` where none comes: then there is nothing else to try. */
export async function tryStream(check: Check): Promise<Fact[]> {
  const system = 'You answer with a single word.'
  const tried = await short(check, [say('system', system), say('user', `${SAMPLE_TEXT}\n\nIs this a text? Say yes.`)], {
    limitMs: FIRST_LIMIT_MS,
  })
  // A model that says nothing to this can be tried with the rest all the same.
  if (tried.failure !== null && tried.failure.code !== 'reply-empty') throw tried.failure
  check.firstTokenMs = tried.firstTokenMs
  if (!tried.isWhole) return tried.learned
  const facts = [...tried.learned]
  const isKnown = (name: CapabilityName) => facts.some((fact) => fact.name === name)
  const isTold = (name: CapabilityName) => check.told.some((fact) => fact.name === name)
  if (!isKnown('timings')) facts.push({ name: 'timings', value: false })
  if (!isKnown('reasoning') && !isTold('reasoning')) facts.push({ name: 'reasoning', value: false })
  if (!isKnown('system-message')) facts.push({ name: 'system-message', value: true })
  return facts
}

/** All fields of the reply settings at once: what is refused is left out one by one until the server takes the rest. */
export async function tryFields(check: Check): Promise<Fact[]> {
  const messages = [say('user', 'Say yes.')]
  let tried = await short(check, messages, { sampling: EVERY_FIELD })
  if (tried.failure?.status && REFUSALS.has(tried.failure.status)) {
    // Ollama refuses this one with a sentence about thinking in which its name does not occur.
    const { reasoningEffort: _, ...others } = EVERY_FIELD
    tried = await short(check, messages, { sampling: others })
    if (tried.isWhole) check.refused.add('reasoning_effort')
  }
  return hasAnswered(tried) ? [{ name: 'refused-fields', value: [...check.refused].sort() }] : []
}

/** A small picture, unless the server has told whether the model can see. */
export async function tryImages(check: Check): Promise<Fact[]> {
  if (check.told.some(({ name }) => name === 'images')) return []
  const picture = { type: 'image', mediaType: 'image/png', bytes: Buffer.from(PICTURE, 'base64') } as const
  const content: ChatMessage['content'] = [{ type: 'text', text: 'Which colour is this?' }, picture]
  const tried = await short(check, [{ role: 'user', content }])
  if (hasAnswered(tried)) return [{ name: 'images', value: true }]
  const { failure } = tried
  const isRefused = failure?.code === 'endpoint-no-images' || REFUSALS.has(failure?.status ?? 0)
  return isRefused ? [{ name: 'images', value: false }] : []
}

/**
 * Leaves a long reply at its first token, and looks whether the next one begins promptly. A server that goes on writing
 * for nobody keeps the next one waiting.
 */
export async function tryCancel(check: Check): Promise<Fact[]> {
  if (check.firstTokenMs === null) return []
  const left = await short(check, [say('user', 'Write the numbers from one to three hundred in words.')], {
    sampling: { maxTokens: MANY_TOKENS },
    leaveAtFirstToken: true,
  })
  if (left.firstTokenMs === null || check.signal.aborted) return []
  const firstTokenMs = Math.max(check.firstTokenMs, left.firstTokenMs)
  const limitMs = PROMPT_GRACE_MS + Math.ceil(PROMPT_FACTOR * firstTokenMs)
  const next = await short(check, [say('user', 'Say yes.')], { limitMs, leaveAtFirstToken: true })
  if (next.failure !== null || check.signal.aborted) return []
  return [{ name: 'cancel', value: next.firstTokenMs !== null }]
}

async function short(
  check: Check,
  messages: readonly ChatMessage[],
  options: { sampling?: Sampling; limitMs?: number; leaveAtFirstToken?: boolean } = {},
): Promise<TriedReply> {
  const { connection, model, signal } = check
  const defaults = { sampling: { maxTokens: FEW_TOKENS }, limitMs: LIMIT_MS }
  const tried = await tryReply({ connection, model, signal, messages, ...defaults, ...options })
  for (const field of tried.refused) check.refused.add(field)
  return tried
}

function hasAnswered(tried: TriedReply): boolean {
  return tried.isWhole || tried.firstTokenMs !== null
}

function say(role: 'system' | 'user', content: string): ChatMessage {
  return { role, content }
}
