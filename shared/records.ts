import { z } from 'zod'
import { errorCodes } from './errors.ts'

/** Text as SQLite keeps it: well-formed UTF-16 (a lone surrogate would not survive storage). */
export const Text = z.string().refine(isWellFormed, 'text must be well-formed UTF-16')

/** UUID; those made here are version 7. The only kind of id that leaves the history. */
export const Id = z.uuid()

/** Milliseconds since 1970-01-01 UTC. */
export const Time = z.int()

export const Title = Text.max(500)

export const MessageStatus = z.enum(['streaming', 'complete', 'stopped', 'interrupted', 'failed'])
export const MessageRole = z.enum(['system', 'user', 'assistant', 'tool'])

export const ReplyError = z.object({ code: z.enum(errorCodes), message: z.string(), retryable: z.boolean() })

/**
 * Where a fact about a server is known from: it told (`server`), its answers showed it (`learned`), or the person set it
 * (`user`). `assumed` is a guess that is said to be one; an assumed window is 4,096.
 */
export const WindowSource = z.enum(['server', 'learned', 'user', 'assumed'])

/** Sampling fields as sent; an absent field is left to the server. `maxTokens: -1` means no limit (field left out). */
export const Sampling = z.strictObject({
  temperature: z.number().min(0).max(5).optional(),
  topP: z.number().min(0).max(1).optional(),
  /** 0 is how most local servers switch it off. */
  topK: z.int().min(0).max(1_000_000).optional(),
  minP: z.number().min(0).max(1).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  /** 1 changes nothing. */
  repeatPenalty: z.number().min(0).max(10).optional(),
  maxTokens: z.int().min(-1).optional(),
  seed: z.int().optional(),
  /** The reply ends before any of these. */
  stop: z.array(Text.min(1).max(500)).max(16).optional(),
  reasoningEffort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
})

/** What a person should know of how a request went, told beside its reply. Counts of tokens and of images. */
export const ReplyNotice = z.discriminatedUnion('type', [
  /** The server refuses these fields of a request, by their names on the wire; they were left out. */
  z.object({ type: z.literal('fields-refused'), fields: z.array(z.string()) }),
  /** The server read less than was sent, without saying so. */
  z.object({ type: z.literal('prompt-cut'), promptTokens: z.int(), estimatedTokens: z.int() }),
  /** It did not fit, so that it was sent again with fewer messages. */
  z.object({ type: z.literal('shortened'), windowTokens: z.int().nullable() }),
  /** The model takes no images, so that these were not sent. */
  z.object({ type: z.literal('images-left-out'), images: z.int() }),
])

/** What the request of a reply held, told beside the reply. Counts are messages after the system prompt. */
export const SentSummary = z.object({
  strategy: z.string(),
  sentMessages: z.int(),
  leftOutMessages: z.int(),
  estimatedTokens: z.int(),
  windowTokens: z.int(),
  windowSource: WindowSource,
  /** Absent when there is nothing to tell. */
  notices: z.array(ReplyNotice).optional(),
})

/** A tool that the model asked for. Alcove offers none, so it is kept and shown as data. `arguments` is text as it came. */
export const ToolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() })

export const Attachment = z.object({
  sha256: z.string(),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.int(),
})

export const ConversationRow = z.object({
  id: Id,
  title: z.string(),
  titleSource: z.enum(['auto', 'user', 'import']),
  createdAt: Time,
  updatedAt: Time,
  pinnedAt: Time.nullable(),
  archivedAt: Time.nullable(),
  trashedAt: Time.nullable(),
  folderId: Id.nullable(),
  unread: z.boolean(),
  streaming: z.boolean(),
  /** Only there, and true, where its place in the file is damaged: title and times are then unknown. */
  damaged: z.boolean().optional(),
})

/** Per-conversation choices; an absent field follows the settings. */
export const ConversationSettings = z.strictObject({
  sampling: Sampling.optional(),
  memory: z
    .strictObject({ strategy: z.string().optional(), lastMessages: z.int().min(1).max(10_000).optional() })
    .optional(),
})

export const Conversation = ConversationRow.extend({
  systemPrompt: z.string(),
  endpointId: Id.nullable(),
  model: z.string().nullable(),
  settings: ConversationSettings,
  activeLeafId: Id.nullable(),
  messageCount: z.int(),
})

export const Message = z.object({
  id: Id,
  conversationId: Id,
  parentId: Id.nullable(),
  role: MessageRole,
  text: z.string(),
  reasoning: z.string(),
  status: MessageStatus,
  finishReason: z.string().nullable(),
  error: ReplyError.nullable(),
  model: z.string().nullable(),
  endpointName: z.string().nullable(),
  createdAt: Time,
  completedAt: Time.nullable(),
  promptTokens: z.int().nullable(),
  completionTokens: z.int().nullable(),
  cachedTokens: z.int().nullable(),
  /** From the request leaving to the first token, and to the end. */
  firstTokenMs: z.int().nullable(),
  totalMs: z.int().nullable(),
  reasoningMs: z.int().nullable(),
  editedFromId: Id.nullable(),
  attachments: z.array(Attachment),
  /** Absent when it asked for none. */
  toolCalls: z.array(ToolCall).optional(),
  sent: SentSummary.nullable(),
  /** Position among the alternatives below the same parent, oldest first, from 0. */
  siblingIndex: z.int(),
  siblingIds: z.array(Id),
  /**
   * Absent where everything could be read. `field` is a column, or `message` where its whole text is damaged, or `details`
   * where only the rest is; `raw` is what the history holds there, if it is a value that this version does not know.
   */
  unreadable: z.array(z.object({ field: z.string(), raw: z.string().nullable() })).optional(),
})

/** What anyone who reads the disk may know. Everything with content is in `Settings`, inside the encrypted history. */
export const Preferences = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.string().max(35),
  /** Reading text in CSS pixels. */
  textSize: z.int().min(12).max(24),
  sidebarWidth: z.int().min(220).max(400),
  sidebarOpen: z.boolean(),
  enterSends: z.boolean(),
  checkForUpdates: z.boolean(),
  /** The person has kept the recovery code somewhere else. */
  recoveryCodeSaved: z.boolean(),
  /** Not before this time is the person asked again to save it. */
  recoveryReminderAt: z.int().min(0),
})

export const Settings = z.object({
  defaultSystemPrompt: z.string(),
  defaultEndpointId: Id.nullable(),
  /** Most messages that a request carries after the system prompt. */
  lastMessages: z.int().min(1).max(10_000),
  /** Tokens kept free for the answer when no limit is set for it. */
  answerReserveTokens: z.int().min(64).max(1_000_000),
  sampling: Sampling,
  /** Connections go to this computer only; an address that resolves to another is refused. */
  thisMachineOnly: z.boolean(),
  /** An HTTP proxy for endpoints elsewhere; null: none. What the environment says of proxies is never used. */
  proxyUrl: Text.max(2_000).nullable(),
  /** `model`: the model that answers also names the conversation, once nobody waits for it. */
  titles: z.enum(['first-line', 'model']),
  /** What writes titles and summaries; null: whatever answers in the conversation. */
  backgroundEndpointId: Id.nullable(),
  backgroundModel: Text.max(500).nullable(),
})

/** How the key of the history is kept, told to the person in one sentence. */
/** How the key is kept on this computer; `none`: only the recovery code opens the history. */
export const KeyProtection = z.enum(['keyring', 'file', 'none'])

/** What a person can do about a history that does not open, beside restoring a backup. */
export const HistoryRemedy = z.enum(['retry', 'recovery-code', 'salvage'])

export const AppState = z.object({
  version: z.string(),
  platform: z.enum(['linux', 'darwin', 'win32']),
  locale: z.string(),
  history: z.discriminatedUnion('state', [
    /** `updating`: a backup is made, then the file is brought to the form of this version. */
    /** `asksKeyring` where main stands still until the keyring answers, so that the page must say so before. */
    z.object({ state: z.literal('opening'), updating: z.boolean(), asksKeyring: z.boolean().optional() }),
    z.object({
      state: z.literal('open'),
      keyProtection: KeyProtection,
      keyBackend: z.string(),
      /** True where nothing can be written: what is shown is a copy. */
      readOnly: z.boolean(),
      /** Why it was not brought to the form of this version, and is therefore only read: a sentence. */
      notUpdated: z.string().nullable(),
      /** What the check of the file could not read; null when all of it was readable. */
      damage: z.object({ conversations: z.int(), messages: z.int() }).nullable(),
    }),
    z.object({ state: z.literal('failed'), error: ReplyError, remedies: z.array(HistoryRemedy) }),
  ]),
  /** Preferences that had to be set aside because their file was damaged. */
  preferencesReset: z.boolean(),
})

/** A number about the whole history; `unit` says how it is written. */
export const StatisticUnit = z.enum(['count', 'bytes'])
export const Statistic = z.object({ id: z.string(), unit: StatisticUnit, value: z.number() })

export const SendPreview = SentSummary.extend({
  reserveTokens: z.int(),
  /** False when even the system prompt and the newest message exceed the window; it can still be sent. */
  fits: z.boolean(),
  systemPromptTokens: z.int(),
})

function isWellFormed(text: string): boolean {
  return text.isWellFormed()
}
