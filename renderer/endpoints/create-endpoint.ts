import type { Endpoint, EndpointTest, Model } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'

/** Where the built-in demo is found; never a real host (`.invalid` cannot be one, RFC 2606). */
const DEMO_ADDRESS = 'http://demo.alcove.invalid/v1'

/** Saves the built-in demo as an endpoint. */
export function createDemoEndpoint(): Promise<Endpoint> {
  return call('endpoints.create', {
    kind: 'demo',
    name: t('endpoints.demoName'),
    baseUrl: DEMO_ADDRESS,
    defaultModel: null,
    windowTokens: null,
    key: null,
  })
}

/** Saves an address, named after the server that answered there, else after its host. */
export function createHttpEndpoint(baseUrl: string, key: string, test: EndpointTest | null): Promise<Endpoint> {
  return createNamed(test?.server ?? hostOf(baseUrl), baseUrl, key || null, test?.models ?? [])
}

/** Saves what the search for local servers found. */
export function createFoundEndpoint(found: { server: string; baseUrl: string; models: Model[] }): Promise<Endpoint> {
  return createNamed(found.server, found.baseUrl, null, found.models)
}

function createNamed(name: string, baseUrl: string, key: string | null, models: readonly Model[]): Promise<Endpoint> {
  const defaultModel = models[0]?.id ?? null
  return call('endpoints.create', { kind: 'http', name, baseUrl, defaultModel, windowTokens: null, key })
}

function hostOf(address: string): string {
  const withScheme = address.includes('://') ? address : `http://${address}`
  return URL.canParse(withScheme) ? new URL(withScheme).host : address
}
