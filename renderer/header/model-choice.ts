import type { Conversation, Endpoint } from '../../shared/record-types.ts'
import { useOpenConversation } from '../transcript/open-conversation.ts'
import { useEndpointStore } from './endpoint-store.ts'

export interface ModelChoice {
  /** False until the endpoints are read. */
  isKnown: boolean
  /** Null when none is set up. */
  endpoint: Endpoint | null
  /** Null leaves the choice to the server. */
  model: string | null
  /** The endpoint that the conversation had chosen was deleted, and another one answers in its place. */
  isReplaced: boolean
}

/** Which endpoint and model answer in the conversation in front. */
export function useModelChoice(): ModelChoice {
  const conversation = useOpenConversation()
  const { endpoints, defaultEndpointId } = useEndpointStore()
  if (!endpoints) return { isKnown: false, endpoint: null, model: null, isReplaced: false }
  return { isKnown: true, ...chooseModel(conversation, endpoints, defaultEndpointId) }
}

/** The conversation's own choice, else the default endpoint, else the first one: the rule by which main sends. */
export function chooseModel(
  conversation: Pick<Conversation, 'endpointId' | 'model'> | null,
  endpoints: readonly Endpoint[],
  defaultEndpointId: string | null,
): Omit<ModelChoice, 'isKnown'> {
  const byId = (id: string | null | undefined) => endpoints.find((endpoint) => endpoint.id === id)
  const own = byId(conversation?.endpointId)
  const endpoint = own ?? byId(defaultEndpointId) ?? endpoints[0] ?? null
  // A model name means something on the endpoint it was chosen for only.
  const isOwn = endpoint !== null && endpoint === own
  // A model is chosen together with its endpoint, so that one left alone has lost it.
  const isReplaced = endpoint !== null && !own && Boolean(conversation?.endpointId ?? conversation?.model)
  return { endpoint, model: (isOwn ? conversation?.model : null) ?? endpoint?.defaultModel ?? null, isReplaced }
}
