import type { Capability, CapabilityName } from '../../../shared/record-types.ts'
import { t } from '../../i18n/i18n.ts'
import { formatCount } from '../../transfer/format-size.ts'

/** In the order in which they matter to a person. */
export const capabilityNames = [
  'window',
  'trained-window',
  'token-count',
  'token-ratio',
  'streaming',
  'usage',
  'timings',
  'progress',
  'prefill-speed',
  'cancel',
  'system-message',
  'images',
  'tools',
  'reasoning',
  'refused-fields',
] as const satisfies readonly CapabilityName[]

/** One line of the report; `state` is for an icon beside the words. */
export interface CapabilityLine {
  name: CapabilityName
  title: string
  value: string
  /** What it means for the person. */
  meaning: string
  state: 'yes' | 'no' | 'fact' | 'unknown'
}

/** What is known of one capability, in words; nothing known is said as plainly as the rest. */
export function capabilityLine(name: CapabilityName, capability: Capability | undefined): CapabilityLine {
  const title = t(`capabilities.of.${name}.name`)
  const meaning = t(`capabilities.of.${name}.about`)
  if (capability === undefined) return { name, title, value: t('capabilities.unknown'), meaning, state: 'unknown' }
  const isYes = yesOrNo(name, capability.value)
  if (isYes === null) return { name, title, value: factText(name, capability.value), meaning, state: 'fact' }
  const state = isYes ? 'yes' : 'no'
  return { name, title, value: t(`capabilities.${state}`), meaning: meaningOf(name, state) ?? meaning, state }
}

/** Null for what is a number or a list. */
function yesOrNo(name: CapabilityName, value: Capability['value']): boolean | null {
  if (typeof value === 'boolean') return value
  return name === 'token-count' ? value !== 'none' : null
}

function meaningOf(name: CapabilityName, state: 'yes' | 'no'): string | null {
  switch (name) {
    case 'window':
    case 'trained-window':
    case 'token-ratio':
    case 'prefill-speed':
    case 'refused-fields':
      return null
    default:
      return t(`capabilities.of.${name}.${state}`)
  }
}

function factText(name: CapabilityName, value: Capability['value']): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : t('capabilities.none')
  if (typeof value !== 'number') return String(value)
  if (name === 'token-ratio') return new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(value)
  const count = formatCount(Math.round(value))
  return t(name === 'prefill-speed' ? 'capabilities.tokensPerSecond' : 'capabilities.tokens', { tokens: count })
}
