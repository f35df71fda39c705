import { AppError } from '../../shared/errors.ts'
import type { Conversation, Sampling, SentSummary, Settings } from '../../shared/record-types.ts'
import { type KnownWindow, knownWindow, learnWindow, rememberModels } from '../endpoint/model-window.ts'
import { listModels } from '../endpoint/models.ts'
import { toAccess } from '../endpoint/saved-endpoints.ts'
import type { History } from '../history/history.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Prompt } from '../memory/build-prompt.ts'
import { preparePrompt } from '../memory/prepare-prompt.ts'
import type { ReplyTarget } from './choose-target.ts'

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
  access: Awaited<ReturnType<typeof toAccess>>
  model: string
  prompt: Prompt
  sampling: Sampling
}

const askedInThisRun = new Set<string>()

/** Fills in the model and the window by asking the server where they are not known, then builds the prompt. */
export async function readyRequest(
  history: History,
  keys: KeyStore,
  request: ReplyRequest,
  signal: AbortSignal,
): Promise<ReadyRequest> {
  const { endpoint } = request.target
  const access = await toAccess(history, endpoint, keys)
  const model = request.target.model ?? (await firstModel(history, endpoint.id, access, signal))
  const window = await currentWindow(history, request, access, model, signal)
  const prompt = await promptFor(history, request, window)
  return { access, model, prompt, sampling: samplingOf(request) }
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

/** The part of a prompt's summary that is kept with the reply. */
export function toSentSummary({ summary }: Prompt): SentSummary {
  const { strategy, sentMessages, leftOutMessages, estimatedTokens, windowTokens, windowSource } = summary
  return { strategy, sentMessages, leftOutMessages, estimatedTokens, windowTokens, windowSource }
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
    const learned = await learnWindow(history, target.endpoint, access, model, signal)
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
