import type { z } from 'zod'
import { FileConversation } from './alcove-format.ts'

/** A conversation that can be stored as it stands, or why it cannot. Both in sentences for the person. */
export type CheckedConversation =
  | { ok: true; conversation: FileConversation; problems: string[] }
  | { ok: false; title: string; reason: string }

const LONGEST_TITLE = 500

/**
 * Judges one conversation of an import file, which may be anything: `value` and the `json` it was parsed from. What can be mended without losing anything is
 * mended and told in `problems`; a tree that does not hang together is refused whole.
 */
export function checkConversation({ json, value }: { json: string; value: unknown }): CheckedConversation {
  const problems: string[] = []
  if (hasLoneSurrogate(json) && mendTexts(value)) {
    problems.push('Characters that are not valid text were replaced by the replacement character.')
  }
  const parsed = FileConversation.safeParse(value)
  if (!parsed.success) return { ok: false, title: titleOf(value), reason: reasonOf(parsed.error) }
  const conversation = parsed.data
  const broken = findBrokenTree(conversation)
  if (broken) return { ok: false, title: conversation.title, reason: broken }
  if (conversation.title.length > LONGEST_TITLE) {
    conversation.title = wellFormed(conversation.title.slice(0, LONGEST_TITLE))
    problems.push(`The title was longer than ${LONGEST_TITLE} characters and was cut.`)
  }
  const { activeLeafId, messages } = conversation
  if (activeLeafId !== undefined && !messages.some(({ id }) => id === activeLeafId)) {
    conversation.activeLeafId = undefined
    problems.push('The branch that was in front is not in the file; the newest one is in front now.')
  }
  return { ok: true, conversation, problems }
}

/** Parents come before their children, once each: then nothing is missing, above itself or in a circle. */
function findBrokenTree({ messages }: FileConversation): string | undefined {
  const seen = new Set<string>()
  for (const { id, parentId } of messages) {
    if (seen.has(id)) return 'Two of its messages have the same id.'
    if (parentId !== undefined && !seen.has(parentId)) {
      return 'A message follows one that is not in the file or comes later in it.'
    }
    seen.add(id)
  }
  return undefined
}

/** In JSON that came as UTF-8 a lone surrogate can only be written as an escape. */
function hasLoneSurrogate(json: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(json)
}

/** Replaces lone surrogates in every string value below `value`; true when there was one. Depth is bounded by the reader. */
function mendTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  let mended = false
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner !== 'string') mended = mendTexts(inner) || mended
    else if (wellFormed(inner) !== inner) {
      Object.defineProperty(value, name, { value: wellFormed(inner) })
      mended = true
    }
  }
  return mended
}

function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed()
}

function titleOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'title')) return ''
  const { title } = value as { title: unknown }
  return typeof title === 'string' ? title.slice(0, LONGEST_TITLE) : ''
}

function reasonOf(error: z.ZodError): string {
  const where = error.issues[0]?.path.map(String).join('.').slice(0, 200)
  return where ? `The value at “${where}” is not what the format allows.` : 'It is not a conversation.'
}
