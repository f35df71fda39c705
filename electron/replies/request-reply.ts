import { AppError } from '../../shared/errors.ts'
import type {
  Capability,
  Conversation,
  ReplyNotice,
  Sampling,
  SentSummary,
  Settings,
} from '../../shared/record-types.ts'
import type { EndpointConnection } from '../endpoint/address.ts'
import { capabilityOf, knownCapabilities } from '../endpoint/capabilities.ts'
import { type KnownWindow, knownWindow, learnWindow, rememberModels } from '../endpoint/model-window.ts'
import { toAccess } from '../endpoint/saved-endpoints.ts'
import { listModels } from '../endpoint/servers/list-models.ts'
import type { ChatMessage } from '../endpoint/wire/chat-message.ts'
import type { History } from '../history/history.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { marginOf, type Prompt } from '../memory/build-prompt.ts'
import { preparePrompt } from '../memory/prepare-prompt.ts'
import type { ReplyTarget } from './choose-target.ts'
import type { Lesson } from './learning/second-try.ts'
import { withImages } from './prompt-images.ts'

/** What asks a model that cannot prefill to go on with a reply; sent, recorded, and not shown as a message. */
const CONTINUE_REQUEST =
  'Continue your last message exactly where it stopped. Do not repeat any of it and do not comment.'

type ContinueMode = 'prefill' | 'user-turn' | null

export interface ReplyRequest {
  conversation: Conversation
  settings: Settings
  target: ReplyTarget
  /** Newest stored message that the request shows the model. */
  leafId: string | null
  continueMode: ContinueMode
  /** The user message that is about to be stored. */
  newText?: string
}

/** Everything that is sent, once the server has been asked what only it knows. */
export interface ReadyRequest {
  access: EndpointConnection
  model: string
  window: KnownWindow
  capabilities: Capability[]
  prompt: Prompt
  /** What goes over the wire of it. */
  messages: ChatMessage[]
  /** How many images that holds. */
  images: number
  sampling: Sampling
  notices: ReplyNotice[]
}

const LEAST_ANSWER_TOKENS = 16

/** A reply waits no longer than this to learn the size of the window. */
const WINDOW_WAIT_MS = 2_000

const askedInThisRun = new Set<string>()

/**
 * Fills in the model and the window by asking the server where they are not known, then builds the prompt, with what
 * `lesson` says of a former try. Throws `endpoint-no-images` where the newest message is nothing but images and the model
 * takes none.
 */
export async function readyRequest(
  history: History,
  keys: KeyStore,
  request: ReplyRequest,
  lesson: Lesson,
  signal: AbortSignal,
): Promise<ReadyRequest> {
  const { endpoint } = request.target
  const access = await toAccess(history, endpoint, keys)
  const model = request.target.model ?? (await firstModel(history, endpoint.id, access, signal))
  const window = lesson.window ?? (await currentWindow(history, request, access, model, signal))
  const capabilities = await knownCapabilities(history, endpoint.id, model)
  const prompt = await promptFor(history, request, window)
  const takesImages = !lesson.withoutImages && capabilityOf(capabilities, 'images') !== false
  if (!takesImages) refuseImagesAlone(prompt, model)
  const { messages, images, leftOut } = await withImages(history, prompt, takesImages)
  const notices =
    leftOut === 0 ? lesson.notices : [...lesson.notices, { type: 'images-left-out', images: leftOut } as const]
  const sampling = withinWindow(samplingOf(request), prompt, lesson)
  return { access, model, window, capabilities, prompt, messages, images, sampling, notices }
}

function refuseImagesAlone({ messages }: Prompt, model: string): void {
  const newest = messages.at(-1)
  if (newest?.content !== '' || !newest.images) return
  throw new AppError(
    'endpoint-no-images',
    `"${model}" cannot look at images. Choose a model that can, or say in words what is to be seen.`,
  )
}

/**
 * An answer longer than what the prompt leaves of the window is refused by vLLM. A prompt that does not fit by estimate
 * may fit in truth, so that its answer is cut short only once a server has refused it.
 */
function withinWindow(sampling: Sampling, { summary }: Prompt, lesson: Lesson): Sampling {
  const { maxTokens } = sampling
  const { windowTokens, estimatedTokens, windowSource, fits } = summary
  const room = Math.max(LEAST_ANSWER_TOKENS, windowTokens - estimatedTokens - marginOf(windowTokens))
  const isSure = lesson.window !== undefined || (fits && windowSource !== 'assumed')
  if (!isSure || maxTokens === undefined || maxTokens <= room) return sampling
  return { ...sampling, maxTokens: room }
}

/** The prompt of a request with the window as it is known now. */
export function promptFor(history: History, request: ReplyRequest, window: KnownWindow): Promise<Prompt> {
  const { conversation, settings, leafId, continueMode, newText } = request
  return preparePrompt(history, {
    conversation,
    settings,
    window,
    leafId,
    ...(newText === undefined ? {} : { newText }),
    ...(continueMode === 'user-turn' ? { continueRequest: CONTINUE_REQUEST } : {}),
  })
}

/** The settings' sampling with the conversation's own on top. */
export function samplingOf({ settings, conversation }: Pick<ReplyRequest, 'settings' | 'conversation'>): Sampling {
  return { ...settings.sampling, ...conversation.settings.sampling }
}

/** The part of a prompt's summary that is kept with the reply, with what there is to tell of it. */
export function toSentSummary({ summary }: Prompt, notices: readonly ReplyNotice[] = []): SentSummary {
  const { strategy, sentMessages, leftOutMessages, estimatedTokens, windowTokens, windowSource } = summary
  const sent = { strategy, sentMessages, leftOutMessages, estimatedTokens, windowTokens, windowSource }
  return notices.length > 0 ? { ...sent, notices: [...notices] } : sent
}

async function currentWindow(
  history: History,
  { target }: ReplyRequest,
  access: ReadyRequest['access'],
  model: string,
  signal: AbortSignal,
): Promise<KnownWindow> {
  const asked = `${target.endpoint.id} ${model}`
  if (target.endpoint.windowTokens === null && !askedInThisRun.has(asked)) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(WINDOW_WAIT_MS)])
    const learned = await learnWindow(history, target.endpoint, access, model, limited)
    // A server that does not tell yet (a model not loaded) is asked again at the next reply.
    if (learned !== undefined) askedInThisRun.add(asked)
  }
  return knownWindow(history, target.endpoint, model)
}

async function firstModel(
  history: History,
  endpointId: string,
  access: ReadyRequest['access'],
  signal: AbortSignal,
): Promise<string> {
  const models = await listModels(access, signal)
  await rememberModels(history, endpointId, models)
  const [first] = models
  if (!first) {
    throw new AppError('endpoint-model-missing', 'The server has no model loaded. Load one there, then try again.', {
      retryable: true,
    })
  }
  return first.id
}
