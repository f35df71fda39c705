import type { Capability } from '../../../shared/record-types.ts'
import { t } from '../../i18n/i18n.ts'
import { formatCount } from '../../transfer/format-size.ts'

interface WindowFacts {
  capabilities: readonly Capability[]
  /** Set by hand for all models of the endpoint that have none of their own, in tokens. */
  endpointTokens: number | null
  /** As the server's list of models tells, in tokens. */
  listedTokens: number | null
}

/**
 * The window that counts for a model and how it is known, with what it was trained for beside it. By hand for the model,
 * then by hand for the endpoint, then as the server told or its answers showed.
 */
export function windowSentence({ capabilities, endpointTokens, listedTokens }: WindowFacts): string {
  const trained = tokensOf(capabilities, 'trained-window')
  const window = capabilities.find(({ name }) => name === 'window')
  const known = tokensOf(capabilities, 'window')
  const sentence = () => {
    if (known !== null && window?.source === 'user') return told('capabilities.window.user', known)
    if (endpointTokens !== null) return told('capabilities.window.endpoint', endpointTokens)
    if (known !== null && window) return told(`capabilities.window.${window.source}`, known)
    if (listedTokens !== null) return told('capabilities.window.server', listedTokens)
    return t('capabilities.window.unknown')
  }
  return trained === null ? sentence() : `${sentence()} ${told('capabilities.window.trained', trained)}`
}

type WindowText = `capabilities.window.${Capability['source'] | 'endpoint' | 'trained'}`

function told(key: WindowText, tokens: number): string {
  return t(key, { tokens: formatCount(tokens) })
}

function tokensOf(capabilities: readonly Capability[], name: 'window' | 'trained-window'): number | null {
  const value = capabilities.find((capability) => capability.name === name)?.value
  return typeof value === 'number' ? value : null
}
