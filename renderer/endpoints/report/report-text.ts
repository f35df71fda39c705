import type { Capability } from '../../../shared/record-types.ts'
import { t } from '../../i18n/i18n.ts'
import { capabilityLine, capabilityNames } from './capability-words.ts'

interface ReportFacts {
  version: string
  model: string
  capabilities: readonly Capability[]
}

/** The report as plain text for somebody else to read: without the endpoint's name, address and key. */
export function reportText({ version, model, capabilities }: ReportFacts): string {
  const lines = capabilityNames.map((name) => {
    const capability = capabilities.find((known) => known.name === name)
    const { title, value } = capabilityLine(name, capability)
    if (!capability) return `${title}: ${value}`
    const from = t(`capabilities.source.${capability.source}`)
    return `${title}: ${value} (${from}, ${new Date(capability.at).toISOString()})`
  })
  return [`Alcove ${version}`, t('capabilities.textTitle', { model }), '', ...lines, ''].join('\n')
}
