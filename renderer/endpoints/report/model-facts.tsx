import type { Capability, Endpoint } from '../../../shared/record-types.ts'
import { call } from '../../bridge.ts'
import { t } from '../../i18n/i18n.ts'
import { useCopy } from '../../notices/use-copy.ts'
import { NumberField } from '../../settings/fields/number-field.tsx'
import { SectionState } from '../../settings/section-state.tsx'
import styles from '../../settings/settings.module.css'
import { useAppState } from '../../shell/app-state.ts'
import { useServerData } from '../../shell/use-server-data.ts'
import { Button } from '../../ui/button.tsx'
import { CapabilityList } from './capability-list.tsx'
import { CheckState } from './check-state.tsx'
import reportStyles from './report.module.css'
import { reportText } from './report-text.ts'
import { useCheck } from './use-check.ts'
import { windowSentence } from './window-sentence.ts'

interface ModelFactsProps {
  endpoint: Endpoint
  model: string
  /** The window that the list of models tells, in tokens. */
  listedTokens: number | null
}

/** The facts of one model; mounted anew for another one. */
export function ModelFacts({ endpoint, model, listedTokens }: ModelFactsProps) {
  const of = { endpointId: endpoint.id, model }
  const { data: capabilities, error, reload } = useServerData('endpoints.capabilities', of, 'endpoints.changed')
  const { check, start, cancel } = useCheck(endpoint.id, model, reload)
  if (!capabilities) return <SectionState error={error} onRetry={reload} />

  const window = capabilities.find(({ name }) => name === 'window')
  const byHand = window?.source === 'user' && typeof window.value === 'number' ? window.value : null
  return (
    <>
      <div className={reportStyles.window}>
        <p>{windowSentence({ capabilities, endpointTokens: endpoint.windowTokens, listedTokens })}</p>
        <NumberField
          label={t('capabilities.windowByHand')}
          hint={t('capabilities.windowByHandHint')}
          placeholder={t('settings.windowFromServer')}
          saved={byHand}
          rule={{ least: 256, most: 100_000_000, whole: true, optional: true }}
          save={(windowTokens) => call('endpoints.setModelWindow', { ...of, windowTokens })}
        />
      </div>
      <CapabilityList capabilities={capabilities} />
      <CheckState check={check} />
      <div className={styles.buttons}>
        {check.phase === 'running' ? (
          <Button onClick={cancel}>{t('common.cancel')}</Button>
        ) : (
          <Button onClick={() => void start()}>{t('capabilities.check')}</Button>
        )}
        <CopyReport model={model} capabilities={capabilities} />
      </div>
    </>
  )
}

function CopyReport({ model, capabilities }: { model: string; capabilities: readonly Capability[] }) {
  const version = useAppState((store) => store.state?.version ?? '')
  const { isCopied, copy } = useCopy(reportText({ version, model, capabilities }))
  return (
    <Button look="quiet" onClick={copy}>
      {t(isCopied ? 'capabilities.copied' : 'capabilities.copy')}
    </Button>
  )
}
