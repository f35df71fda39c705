/** Names conversations by a model, after their first reply and while nobody waits for anything. */
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { Settings } from '../../shared/record-types.ts'
import type { IdleQueue } from '../background/idle-queue.ts'
import { capabilityOf, knownCapabilities } from '../endpoint/capabilities.ts'
import { knownWindow, rememberedModel, rememberModels } from '../endpoint/model-window.ts'
import { toAccess } from '../endpoint/saved-endpoints.ts'
import { listModels } from '../endpoint/servers/list-models.ts'
import type { EndpointRecord } from '../history/endpoints.ts'
import type { History } from '../history/history.ts'
import { push } from '../ipc/push.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { log } from '../log.ts'
import type { AnsweredRequest } from '../replies/replies.ts'
import { readSettings } from '../settings/settings.ts'
import { askForTitle } from './ask-for-title.ts'
import { askAnotherModel, askBehindAnswer, type TitleRequest } from './title-request.ts'

export interface Titles {
  /** A conversation has an answer: it gets its name in the next pause, unless it has one. */
  noteAnswer(answered: AnsweredRequest): void
  /** Somebody else decides now, or nobody needs it any more: what is being asked for this conversation is cancelled. */
  cancel(conversationId: string): void
}

interface TitlesOptions {
  history: History
  keys: KeyStore
  queue: IdleQueue
}

interface Target {
  endpoint: EndpointRecord
  model: string
  /** It answered the conversation itself, so that it has read it. */
  hasRead: boolean
}

/** A title that the person keeps interrupting costs more than it is worth. */
const MOST_TRIES = 3

/** Nothing that another try in this run could change, or that a person should see happen unasked. */
const FINAL_FOR_ENDPOINT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'endpoint-key-refused',
  'endpoint-certificate',
  'endpoint-elsewhere',
  'endpoint-redirected',
  'endpoint-not-found',
  'endpoint-not-openai',
])

/**
 * Only conversations that get a reply in this run are named: those of former runs keep their first lines, since naming a
 * whole history would occupy the server for hours and change a list that the person knows.
 */
export function createTitles({ history, keys, queue }: TitlesOptions): Titles {
  const tries = new Map<string, number>()
  const givenUp = new Set<string>()
  const keyOf = (conversationId: string) => `title of ${conversationId}`

  async function nameConversation(answered: AnsweredRequest, signal: AbortSignal): Promise<void> {
    const { conversationId } = answered
    const settings = await readSettings(history)
    if (settings.titles !== 'model' || !(await history.awaitsModelTitle({ conversationId }))) return
    const target = await chooseTarget(answered, settings, signal)
    if (target === null || givenUp.has(target.endpoint.id)) return
    const request = await requestFor(answered, target)
    if (request === null || signal.aborted) return
    const tried = (tries.get(conversationId) ?? 0) + 1
    tries.set(conversationId, tried)
    try {
      const { endpoint, model } = target
      const title = await askForTitle({ history, keys, endpoint, model, request, signal })
      if (title === undefined || signal.aborted) return
      if (await history.setModelTitle({ conversationId, title, model })) {
        push('conversations.changed', { conversationId })
      }
    } catch (error) {
      if (signal.aborted) return
      tries.set(conversationId, MOST_TRIES)
      if (error instanceof AppError && FINAL_FOR_ENDPOINT.has(error.code)) givenUp.add(target.endpoint.id)
      throw error
    }
  }

  async function chooseTarget(
    answered: AnsweredRequest,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<Target | null> {
    const { endpointId, request } = answered
    const endpoint = await history.getEndpoint({ endpointId: settings.backgroundEndpointId ?? endpointId })
    if (endpoint.kind === 'demo') return null
    const isSame = endpoint.id === endpointId
    const chosen = settings.backgroundModel ?? (isSame ? request.model : endpoint.defaultModel)
    const model = chosen ?? rememberedModel(endpoint.id) ?? (await firstModel(endpoint, signal))
    return model === undefined ? null : { endpoint, model, hasRead: isSame && model === request.model }
  }

  async function firstModel(endpoint: EndpointRecord, signal: AbortSignal): Promise<string | undefined> {
    const models = await listModels(await toAccess(history, endpoint, keys), signal)
    await rememberModels(history, endpoint.id, models)
    return models[0]?.id
  }

  /** Null when it would not fit: a server cuts in silence, and would then have to read the next message from its start. */
  async function requestFor(
    answered: AnsweredRequest,
    { endpoint, model, hasRead }: Target,
  ): Promise<TitleRequest | null> {
    const capabilities = await knownCapabilities(history, endpoint.id, model)
    const doesReason = capabilityOf(capabilities, 'reasoning') === true
    const request = hasRead ? askBehindAnswer(answered, doesReason) : askAnotherModel(answered)
    const window = await knownWindow(history, endpoint, model)
    return request.estimatedTokens > window.tokens ? null : request
  }

  return {
    noteAnswer(answered) {
      const { conversationId, text } = answered
      if (text.trim() === '' || (tries.get(conversationId) ?? 0) >= MOST_TRIES) return
      queue.add({ key: keyOf(conversationId), run: (signal) => nameConversation(answered, signal) })
    },
    cancel: (conversationId) => queue.cancel(keyOf(conversationId)),
  }
}

/** A title is no reason to disturb anybody: how one failed stands in the log alone. */
export function logFailedTitle(_key: string, error: unknown): void {
  log.exception('making a title', error)
}
