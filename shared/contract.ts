import { z } from 'zod'
import {
  AppState,
  Conversation,
  ConversationRow,
  ConversationSettings,
  Endpoint,
  EndpointTest,
  Id,
  Message,
  MessageStatus,
  Model,
  Preferences,
  SendPreview,
  Settings,
  Statistic,
  Text,
  Title,
} from './records.ts'

const Nothing = z.strictObject({})
const ConversationRef = z.strictObject({ conversationId: Id })
const EndpointRef = z.strictObject({ endpointId: Id })
const ReplyRef = z.strictObject({ replyId: Id })
const Url = Text.max(2_000)
const ApiKey = Text.max(10_000)
const MessageText = Text.max(20_000_000)

const EndpointFields = {
  name: Text.min(1).max(200),
  baseUrl: Url,
  defaultModel: Text.max(500).nullable(),
  windowTokens: z.int().min(256).max(100_000_000).nullable(),
}

const ReplyPart = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    phase: z.enum(['queued', 'connecting', 'loading', 'reading', 'writing']),
    /** Prompt tokens read so far, where the server tells. */
    processed: z.int().nullable(),
    total: z.int().nullable(),
  }),
  /** `offset` is the UTF-16 index of `text` in the whole reply (or its reasoning). */
  z.object({ type: z.literal('text-delta'), offset: z.int(), text: z.string() }),
  z.object({ type: z.literal('reasoning-delta'), offset: z.int(), text: z.string() }),
  z.object({ type: z.literal('reply-end'), message: Message }),
])

const ExportPart = z.discriminatedUnion('type', [
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

const ImportPart = z.discriminatedUnion('type', [
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

const SalvagePart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('salvage-progress'), pages: z.int(), total: z.int() }),
  z.object({ type: z.literal('salvage-end'), report: SalvageReport }),
])

/** Every channel there is. A call answers once, a stream many times, a push is news from main. */
export const contract = {
  calls: {
    'app.getState': { input: Nothing, output: AppState },
    'app.retryHistory': { input: Nothing, output: AppState },
    'app.openLink': { input: z.strictObject({ url: Url }), output: z.object({ opened: z.boolean() }) },
    /** Main writes to the clipboard, so that the window needs no permission at all. */
    'app.copyText': { input: z.strictObject({ text: MessageText }), output: Nothing },
    'app.showDataFolder': { input: Nothing, output: Nothing },
    'app.getPreferences': { input: Nothing, output: Preferences },
    'app.updatePreferences': { input: Preferences.partial().strict(), output: Preferences },

    'settings.get': { input: Nothing, output: Settings },
    'settings.update': { input: Settings.partial().strict(), output: Settings },

    'conversations.list': {
      input: z.strictObject({
        view: z.enum(['active', 'trash']),
        /** From the former page; null for the first. */
        cursor: z.string().max(200).nullable(),
        limit: z.int().min(1).max(200),
      }),
      output: z.object({ conversations: z.array(ConversationRow), cursor: z.string().nullable(), total: z.int() }),
    },
    'conversations.get': { input: ConversationRef, output: Conversation },
    /** Returns the empty conversation that is there, if one is, so that none pile up. */
    'conversations.create': { input: Nothing, output: Conversation },
    'conversations.rename': { input: ConversationRef.extend({ title: Title }), output: Conversation },
    'conversations.update': {
      input: ConversationRef.extend({
        systemPrompt: Text.max(5_000_000).optional(),
        endpointId: Id.nullable().optional(),
        model: Text.max(500).nullable().optional(),
        pinned: z.boolean().optional(),
        settings: ConversationSettings.optional(),
      }),
      output: Conversation,
    },
    'conversations.markRead': { input: ConversationRef, output: Nothing },
    'conversations.trash': { input: ConversationRef, output: Nothing },
    'conversations.restore': { input: ConversationRef, output: Nothing },
    /** Makes the newest leaf below this message the active one. */
    'conversations.selectBranch': { input: ConversationRef.extend({ messageId: Id }), output: Conversation },

    'messages.list': {
      input: ConversationRef.extend({ beforeId: Id.nullable(), limit: z.int().min(1).max(200) }),
      /** The active branch, oldest first, ending just before `beforeId` (null: at the active leaf). */
      output: z.object({ messages: z.array(Message), hasMore: z.boolean() }),
    },
    'messages.get': { input: z.strictObject({ messageId: Id }), output: Message },

    'drafts.get': { input: ConversationRef, output: z.object({ text: z.string() }) },
    'drafts.save': { input: ConversationRef.extend({ text: MessageText }), output: Nothing },

    'endpoints.list': { input: Nothing, output: z.array(Endpoint) },
    'endpoints.create': {
      input: z.strictObject({ ...EndpointFields, kind: z.enum(['http', 'demo']), key: ApiKey.nullable() }),
      output: Endpoint,
    },
    /** `key`: absent keeps the stored one, null removes it. */
    'endpoints.update': {
      input: EndpointRef.extend({
        name: EndpointFields.name.optional(),
        baseUrl: EndpointFields.baseUrl.optional(),
        defaultModel: EndpointFields.defaultModel.optional(),
        windowTokens: EndpointFields.windowTokens.optional(),
        key: ApiKey.nullable().optional(),
      }),
      output: Endpoint,
    },
    'endpoints.delete': { input: EndpointRef, output: Nothing },
    'endpoints.models': { input: EndpointRef, output: z.array(Model) },
    'endpoints.test': { input: EndpointRef, output: EndpointTest },
    /** Tests an address before it is saved. */
    'endpoints.testAddress': { input: z.strictObject({ baseUrl: Url, key: ApiKey.nullable() }), output: EndpointTest },
    /** Looks on this computer's well-known ports, only when asked. */
    'endpoints.search': {
      input: Nothing,
      output: z.array(z.object({ server: z.string(), baseUrl: z.string(), models: z.array(Model) })),
    },

    'memory.preview': { input: ConversationRef.extend({ text: MessageText }), output: SendPreview },

    /** The message is on disk when this answers. `replyId` is the id of the reply's message. */
    'replies.start': {
      input: ConversationRef.extend({
        action: z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('send'), text: MessageText.min(1) }),
          z.strictObject({ type: z.literal('regenerate'), messageId: Id }),
          z.strictObject({ type: z.literal('continue'), messageId: Id }),
        ]),
      }),
      output: z.object({ replyId: Id }),
    },
    'replies.stop': { input: ReplyRef, output: Nothing },

    /** Main shows, saves and copies it; it never comes to the window. */
    'keys.showRecoveryCode': { input: Nothing, output: Nothing },
    /** Write-only, like the keys of endpoints. */
    'keys.openWithRecoveryCode': { input: z.strictObject({ code: Text.max(1_000) }), output: AppState },
    /** Main asks for the file; nothing changes when the person closes that dialog. */
    'keys.openWithRecoveryFile': { input: Nothing, output: AppState },

    /**
     * Main asks first and shows the new code afterwards. The window learns whether the key was changed, and how many
     * backups stay under the former one.
     */
    'keys.change': { input: Nothing, output: z.object({ changed: z.boolean(), backups: z.int() }) },

    'statistics.get': { input: Nothing, output: z.array(Statistic) },

    'transfer.showFile': { input: Nothing, output: Nothing },
  },
  streams: {
    'replies.watch': {
      input: ReplyRef.extend({ fromOffset: z.int().min(0), fromReasoningOffset: z.int().min(0) }),
      part: ReplyPart,
    },
    /** Main asks where to save; no part at all when the person closes that dialog. */
    'transfer.export': {
      input: z.strictObject({
        scope: z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('all') }),
          z.strictObject({ type: z.literal('conversations'), conversationIds: z.array(Id).min(1).max(100_000) }),
        ]),
        format: z.string().max(50),
        compact: z.boolean(),
      }),
      part: ExportPart,
    },
    'transfer.import': { input: Nothing, part: ImportPart },
    /** Closes the history, puts what can be saved of it in its place, and opens that. Closing the stream cancels. */
    'history.salvage': { input: Nothing, part: SalvagePart },
  },
  pushes: {
    'app.stateChanged': { payload: AppState },
    'app.preferencesChanged': { payload: Preferences },
    /** A menu entry or shortcut that the window carries out. */
    'app.command': {
      payload: z.object({
        command: z.enum([
          'new-conversation',
          'settings',
          'search',
          'export',
          'import',
          'toggle-sidebar',
          'rename',
          'stop',
        ]),
      }),
    },
    'settings.changed': { payload: Settings },
    /** Null: any conversation may have changed. */
    'conversations.changed': { payload: z.object({ conversationId: Id.nullable() }) },
    'messages.changed': { payload: z.object({ conversationId: Id, messageId: Id.nullable() }) },
    'endpoints.changed': { payload: Nothing },
    'replies.changed': { payload: z.object({ conversationId: Id, replyId: Id, status: MessageStatus }) },
  },
} as const
