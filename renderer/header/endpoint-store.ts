import { useEffect } from 'react'
import { create } from 'zustand'
import type { AppError } from '../../shared/errors.ts'
import type { Endpoint, Model } from '../../shared/record-types.ts'
import { call, onPush } from '../bridge.ts'
import { showError } from '../notices/show-error.ts'
import { asAppError } from '../shell/app-state.ts'

export type ModelsAnswer =
  | { state: 'asking' }
  | { state: 'listed'; models: readonly Model[] }
  | { state: 'failed'; error: AppError }

interface EndpointStore {
  /** Null until read. */
  endpoints: readonly Endpoint[] | null
  defaultEndpointId: string | null
  /** What each endpoint said when it was last asked for its models; absent when it was not asked. */
  models: ReadonlyMap<string, ModelsAnswer>
}

export const useEndpointStore = create<EndpointStore>(() => ({
  endpoints: null,
  defaultEndpointId: null,
  models: new Map(),
}))

/** Keeps the endpoints and the default one fresh; mounted once, by the header. */
export function useEndpointWatch(): void {
  useEffect(() => {
    void readEndpoints()
    const stopEndpoints = onPush('endpoints.changed', () => {
      useEndpointStore.setState({ models: new Map() })
      void readEndpoints()
    })
    const stopSettings = onPush('settings.changed', ({ defaultEndpointId }) =>
      useEndpointStore.setState({ defaultEndpointId }),
    )
    return () => {
      stopEndpoints()
      stopSettings()
    }
  }, [])
}

/** Asks an endpoint which models it has, unless it is being asked already. */
export async function askForModels(endpointId: string): Promise<void> {
  if (useEndpointStore.getState().models.get(endpointId)?.state === 'asking') return
  put(endpointId, { state: 'asking' })
  try {
    put(endpointId, { state: 'listed', models: await call('endpoints.models', { endpointId }) })
  } catch (cause) {
    put(endpointId, { state: 'failed', error: asAppError(cause) })
  }
}

async function readEndpoints(): Promise<void> {
  try {
    const [endpoints, settings] = await Promise.all([call('endpoints.list', {}), call('settings.get', {})])
    useEndpointStore.setState({ endpoints, defaultEndpointId: settings.defaultEndpointId })
  } catch (error) {
    showError(error)
  }
}

function put(endpointId: string, answer: ModelsAnswer): void {
  useEndpointStore.setState(({ models }) => ({ models: new Map(models).set(endpointId, answer) }))
}
