import { z } from 'zod'
import { Capability, CapabilityName } from './endpoint-records.ts'
import { Id, Message } from './records.ts'

export const ReplyPart = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    phase: z.enum(['queued', 'connecting', 'loading', 'reading', 'writing']),
    /** Prompt tokens read so far, where the server tells. */
    processed: z.int().nullable(),
    total: z.int().nullable(),
    /** How fast the reply is being written, lately; null until that is known. */
    tokensPerSecond: z.number().nullable(),
  }),
  /** `offset` is the UTF-16 index of `text` in the whole reply (or its reasoning). */
  z.object({ type: z.literal('text-delta'), offset: z.int(), text: z.string() }),
  z.object({ type: z.literal('reasoning-delta'), offset: z.int(), text: z.string() }),
  z.object({ type: z.literal('reply-end'), message: Message }),
])

export const ExportPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('export-start'), fileName: z.string(), conversations: z.int() }),
  z.object({ type: z.literal('export-progress'), conversations: z.int(), messages: z.int(), sizeBytes: z.int() }),
  z.object({
    type: z.literal('export-end'),
    fileName: z.string(),
    conversations: z.int(),
    messages: z.int(),
    sizeBytes: z.int(),
    /** Only there where damage kept something from being read: what the file has only the place of. */
    unreadable: z.object({ conversations: z.int(), messages: z.int(), others: z.int() }).optional(),
  }),
])

const ImportReport = z.object({
  conversations: z.object({ imported: z.int(), unchanged: z.int(), copied: z.int(), skipped: z.int() }),
  messages: z.int(),
  /** False when the file broke off or the import was cancelled. */
  complete: z.boolean(),
  /** One line for each conversation or value that could not be taken over as it stood. */
  problems: z.array(z.object({ conversation: z.string(), message: z.string() })),
})

export const ImportPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('import-start'), fileName: z.string(), sizeBytes: z.int() }),
  z.object({ type: z.literal('import-progress'), conversations: z.int(), readBytes: z.int() }),
  z.object({ type: z.literal('import-end'), fileName: z.string(), report: ImportReport }),
])

/** Of a conversation that could not be saved whole. */
const SalvagedConversation = z.object({
  conversationId: Id,
  title: z.string(),
  /** In the salvaged history, with the placeholders. */
  messages: z.int(),
  /** Messages that a placeholder stands for, and messages of which the end is lost. */
  lost: z.int(),
  cut: z.int(),
  /** Its title, prompt and settings are lost. */
  isHeadLost: z.boolean(),
})

const SalvageReport = z.object({
  /** File name of the damaged history, kept beside the new one. */
  keptAs: z.string(),
  conversations: z.int(),
  messages: z.int(),
  lostMessages: z.int(),
  cutMessages: z.int(),
  /** Saves just before the last end of the program that are lost beside what is counted above. */
  lostCommits: z.int(),
  lostRows: z.int(),
  /** At most 500 of the `damagedConversations`. */
  damaged: z.array(SalvagedConversation),
  damagedConversations: z.int(),
})

export const SalvagePart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('salvage-progress'), pages: z.int(), total: z.int() }),
  z.object({ type: z.literal('salvage-end'), report: SalvageReport }),
])

export const CheckPart = z.discriminatedUnion('type', [
  /** `capability` is about to be tried. */
  z.object({ type: z.literal('check-progress'), capability: CapabilityName, done: z.int(), total: z.int() }),
  z.object({ type: z.literal('check-end'), capabilities: z.array(Capability) }),
])
