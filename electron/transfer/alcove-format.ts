import { z } from 'zod'
import { Waits } from '../../shared/endpoint-records.ts'

/** The `format` and `version` that open every alcove-json file; `docs/export-format.md` tells the whole format. */
export const ALCOVE_FORMAT = 'alcove-json'
export const ALCOVE_VERSION = 1

const Id = z.uuid()
const Time = z.int()
const Count = z.int().min(0)
const Text = z.string()
/** Some other program's JSON, kept as it stands. */
const Json = z.custom<object | string | number | boolean>((value) => value !== undefined && value !== null)

// Other writers may say null where this format leaves a field out; both mean the same.
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** What stood in the place of a field and is not JSON, by the name of the field: kept for people, not read back. */
const Unknown = optional(z.record(Text, Text))

const FileRequest = z.object({
  strategy: Text,
  sentMessages: Count,
  leftOutMessages: Count,
  estimatedTokens: Count,
  windowTokens: Count,
  windowSource: z.enum(['server', 'learned', 'user', 'assumed']),
  continueMode: optional(z.enum(['prefill', 'user-turn'])),
  createdAt: Time,
  notices: optional(Json),
})

const FileAttachmentName = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  name: Text,
  mediaType: Text,
  sizeBytes: Count,
})

export const FileMessage = z.object({
  id: Id,
  parentId: optional(Id),
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  status: z.enum(['complete', 'stopped', 'interrupted', 'failed']),
  createdAt: Time,
  completedAt: optional(Time),
  finishReason: optional(Text),
  model: optional(Text),
  endpointId: optional(Text),
  endpointName: optional(Text),
  promptTokens: optional(z.int()),
  completionTokens: optional(z.int()),
  cachedTokens: optional(z.int()),
  firstTokenMs: optional(z.int()),
  totalMs: optional(z.int()),
  reasoningMs: optional(z.int()),
  pinned: optional(z.boolean()),
  excluded: optional(z.boolean()),
  editedFromId: optional(Id),
  text: Text,
  reasoning: optional(Text),
  sentText: optional(Text),
  requests: optional(z.array(FileRequest)),
  error: optional(z.object({ code: Text, message: Text, retryable: z.boolean() })),
  sampling: optional(Json),
  attachments: optional(z.array(FileAttachmentName)),
  parts: optional(Json),
  unknown: Unknown,
})

export const FileConversation = z.object({
  id: Id,
  title: Text,
  titleSource: z.enum(['auto', 'user', 'import']),
  createdAt: Time,
  updatedAt: Time,
  pinnedAt: optional(Time),
  archivedAt: optional(Time),
  trashedAt: optional(Time),
  unread: optional(z.boolean()),
  folderId: optional(Id),
  tags: optional(z.array(Text.min(1))),
  retentionDays: optional(z.int().min(1)),
  endpointId: optional(Id),
  model: optional(Text),
  settings: optional(Json),
  source: optional(z.object({ app: optional(Text), id: optional(Text), contentHash: optional(Text) })),
  activeLeafId: optional(Id),
  systemPrompt: optional(Text),
  draft: optional(z.object({ text: Text, updatedAt: Time })),
  rawImport: optional(Text),
  unknown: Unknown,
  messages: z.array(FileMessage),
})

export const FileFolder = z.object({
  id: Id,
  parentId: optional(Id),
  name: Text.min(1),
  position: z.int(),
  createdAt: Time,
})

export const FileEndpoint = z.object({
  id: Id,
  name: Text.min(1),
  kind: z.enum(['http', 'demo']),
  baseUrl: Text.max(2_000),
  defaultModel: optional(Text),
  windowTokens: optional(z.int().min(1)),
  /** Only where replies are not streamed. */
  streaming: optional(z.literal(false)),
  waits: optional(Waits),
  /** Windows that were set by hand for one model, by its name. Facts that a server told are asked anew. */
  modelWindows: optional(z.record(Text, z.int().min(1))),
  createdAt: Time,
})

export const FileAttachment = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), data: z.string() })

export type FileMessage = z.infer<typeof FileMessage>
export type FileConversation = z.infer<typeof FileConversation>
export type FileFolder = z.infer<typeof FileFolder>
export type FileEndpoint = z.infer<typeof FileEndpoint>

/** Everything about a conversation but its messages, which follow one at a time. */
export type FileConversationHead = Omit<FileConversation, 'messages'>
