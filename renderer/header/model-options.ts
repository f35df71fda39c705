import type { AppError } from '../../shared/errors.ts'
import type { Endpoint, Model } from '../../shared/record-types.ts'
import type { ModelsAnswer } from './endpoint-store.ts'

/** From so many models on, the field that narrows the list is always in sight. */
const FILTERED_FROM = 12

export interface ModelOptions {
  /** Endpoints that list models which match, with those. */
  groups: { endpoint: Endpoint; models: readonly Model[] }[]
  /** Endpoints that have no models to offer, and why. */
  others: { endpoint: Endpoint; state: 'asking' | 'failed' | 'empty'; error: AppError | null }[]
  /** Models of all endpoints, matching or not. */
  total: number
  hasFilter: boolean
}

/** What the picker offers: each word of `query` has to be in the name of the model or of its endpoint. */
export function modelOptions(
  endpoints: readonly Endpoint[],
  answers: ReadonlyMap<string, ModelsAnswer>,
  query: string,
): ModelOptions {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const groups: ModelOptions['groups'] = []
  const others: ModelOptions['others'] = []
  let total = 0
  for (const endpoint of endpoints) {
    const answer = answers.get(endpoint.id)
    if (answer?.state === 'failed') others.push({ endpoint, state: 'failed', error: answer.error })
    else if (answer?.state !== 'listed') others.push({ endpoint, state: 'asking', error: null })
    else if (answer.models.length === 0) others.push({ endpoint, state: 'empty', error: null })
    else {
      total += answer.models.length
      const models = answer.models.filter(({ id }) => holdsAll(`${id} ${endpoint.name}`, words))
      if (models.length > 0) groups.push({ endpoint, models })
    }
  }
  return { groups, others, total, hasFilter: total > FILTERED_FROM || query !== '' }
}

function holdsAll(text: string, words: readonly string[]): boolean {
  const lower = text.toLocaleLowerCase()
  return words.every((word) => lower.includes(word))
}

/** One value for an endpoint and a model at it; a model's name may hold anything but a line feed before the first one. */
export function optionValue(endpointId: string, model: string): string {
  return `${endpointId}\n${model}`
}

/** The values of all models that match, in their order. */
export function optionValues({ groups }: ModelOptions): string[] {
  return groups.flatMap(({ endpoint, models }) => models.map(({ id }) => optionValue(endpoint.id, id)))
}

/** The parts of `optionValue`. */
export function readOption(value: string): { endpointId: string; model: string | null } {
  const [endpointId = '', ...model] = value.split('\n')
  return { endpointId, model: model.join('\n') || null }
}
