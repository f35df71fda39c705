import { z } from 'zod'
import {
  Capability,
  CertificateFingerprint,
  Endpoint,
  EndpointTest,
  Model,
  NetworkConnection,
  Waits,
} from './endpoint-records.ts'
import {
  AppState,
  Conversation,
  ConversationRow,
  ConversationSettings,
  Id,
  Message,
  MessageStatus,
  Preferences,
  SendPreview,
  Settings,
  Statistic,
  Text,
  Title,
} from './records.ts'
import { CheckPart, ExportPart, ImportPart, ReplyPart, SalvagePart } from './stream-parts.ts'

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

/** With defaults where they are absent. */
const EndpointChoices = {
  streaming: z.boolean().optional(),
  waits: Waits.optional(),
  certificate: CertificateFingerprint.nullable().optional(),
}

const ModelRef = EndpointRef.extend({ model: Text.min(1).max(500) })

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
      input: z.strictObject({
        ...EndpointFields,
        ...EndpointChoices,
        kind: z.enum(['http', 'demo']),
        key: ApiKey.nullable(),
      }),
      output: Endpoint,
    },
    /** `key`: absent keeps the stored one, null removes it. */
    'endpoints.update': {
      input: EndpointRef.extend({
        name: EndpointFields.name.optional(),
        baseUrl: EndpointFields.baseUrl.optional(),
        defaultModel: EndpointFields.defaultModel.optional(),
        windowTokens: EndpointFields.windowTokens.optional(),
        ...EndpointChoices,
        key: ApiKey.nullable().optional(),
      }),
      output: Endpoint,
    },
    'endpoints.delete': { input: EndpointRef, output: Nothing },
    'endpoints.models': { input: EndpointRef, output: z.array(Model) },
    'endpoints.test': { input: EndpointRef, output: EndpointTest },
    /** Tests an address before it is saved. */
    'endpoints.testAddress': {
      input: z.strictObject({
        baseUrl: Url,
        key: ApiKey.nullable(),
        certificate: CertificateFingerprint.nullable().optional(),
      }),
      output: EndpointTest,
    },
    /** What is known of a model, each fact once, the best known of it. Asks no server. */
    'endpoints.capabilities': { input: ModelRef, output: z.array(Capability) },
    /** Sets the window of one model by hand; null takes that back. */
    'endpoints.setModelWindow': {
      input: ModelRef.extend({ windowTokens: EndpointFields.windowTokens }),
      output: z.array(Capability),
    },
    /** Looks on this computer's well-known ports, only when asked. */
    'endpoints.search': {
      input: Nothing,
      output: z.array(z.object({ server: z.string(), baseUrl: z.string(), models: z.array(Model) })),
    },

    /** Every connection since the start, the newest first, at most 1,000, and what all of them carried. */
    'network.list': {
      input: Nothing,
      output: z.object({
        connections: z.array(NetworkConnection),
        total: z.int(),
        sentBytes: z.int(),
        receivedBytes: z.int(),
      }),
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
    /** Tries out what a model can do, with a few very short replies, and keeps what it learns. Closing the stream cancels. */
    'endpoints.check': { input: ModelRef, part: CheckPart },
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
    /** At most twice a second. */
    'network.changed': { payload: Nothing },
    'replies.changed': { payload: z.object({ conversationId: Id, replyId: Id, status: MessageStatus }) },
  },
} as const
