import { AppError } from '../../shared/errors.ts'
import type { Conversation, Settings } from '../../shared/record-types.ts'
import { rememberedModel } from '../endpoint/model-window.ts'
import type { EndpointRecord } from '../history/endpoints.ts'
import type { History } from '../history/history.ts'

export interface ReplyTarget {
  endpoint: EndpointRecord
  /** Undefined until the server was asked which models it has. */
  model: string | undefined
}

/**
 * Which endpoint and model answer in a conversation: its own choice, else the default endpoint, else the first saved one.
 * A chosen endpoint that is gone is not an error: the default takes its place.
 * @throws AppError `endpoint-missing` when none is saved
 */
export async function chooseTarget(
  history: History,
  conversation: Conversation,
  settings: Settings,
): Promise<ReplyTarget> {
  const endpoints = await history.listEndpoints({})
  const byId = (id: string | null) => endpoints.find((endpoint) => endpoint.id === id)
  const own = byId(conversation.endpointId)
  const endpoint = own ?? byId(settings.defaultEndpointId) ?? endpoints[0]
  if (!endpoint) {
    throw new AppError('endpoint-missing', 'No endpoint is set up. Add one in Settings, or try the built-in demo.')
  }
  // A model name means something on the endpoint it was chosen for only; one whose endpoint was deleted means nothing.
  const chosen = (endpoint === own ? conversation.model : null) ?? endpoint.defaultModel
  return { endpoint, model: chosen ?? rememberedModel(endpoint.id) }
}
