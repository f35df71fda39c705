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

interface NewEndpoint {
  baseUrl: string
  key: string
  /** The test that it passed; null: none. */
  test: EndpointTest | null
  /** Fingerprint of the certificate that the person has accepted. */
  certificate: string | null
}

/** Saves an address, named after the server that answered there, else after its host. */
export function createHttpEndpoint({ baseUrl, key, test, certificate }: NewEndpoint): Promise<Endpoint> {
  const name = test?.server ?? hostOf(baseUrl)
  return createNamed({ name, baseUrl, key: key || null, models: test?.models ?? [], certificate })
}

/** Saves what the search for local servers found. */
export function createFoundEndpoint(found: { server: string; baseUrl: string; models: Model[] }): Promise<Endpoint> {
  const { server, baseUrl, models } = found
  return createNamed({ name: server, baseUrl, key: null, models, certificate: null })
}

interface NamedEndpoint {
  name: string
  baseUrl: string
  key: string | null
  models: readonly Model[]
  certificate: string | null
}

function createNamed({ models, ...fields }: NamedEndpoint): Promise<Endpoint> {
  const defaultModel = models[0]?.id ?? null
  return call('endpoints.create', { kind: 'http', defaultModel, windowTokens: null, ...fields })
}

function hostOf(address: string): string {
  const withScheme = address.includes('://') ? address : `http://${address}`
  return URL.canParse(withScheme) ? new URL(withScheme).host : address
}
