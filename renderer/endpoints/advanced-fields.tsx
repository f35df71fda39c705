import type { Endpoint, Waits } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { NumberField } from '../settings/fields/number-field.tsx'
import { SwitchField } from '../settings/fields/switch-field.tsx'
import styles from '../settings/settings.module.css'
import type { EndpointChanges } from './endpoint-fields.tsx'
import endpointStyles from './endpoints.module.css'

/** In the order in which they are met; the limits are those of the contract, in seconds, with the defaults of a reply. */
const WAITS = [
  { name: 'connectSeconds', most: 600, usual: 5 },
  { name: 'firstByteSeconds', most: 86_400, usual: 120 },
  { name: 'idleSeconds', most: 86_400, usual: 120 },
  { name: 'loadingSeconds', most: 86_400, usual: 180 },
] as const satisfies { name: keyof Waits; most: number; usual: number }[]

/** Without a stream the first sign of life is the whole reply. */
const WHOLE_REPLY_SECONDS = 3_600

interface AdvancedFieldsProps {
  endpoint: Endpoint
  update: (changes: EndpointChanges) => Promise<unknown>
}

/** What few endpoints need: streaming, patience, and one window for all of its models. */
export function AdvancedFields({ endpoint, update }: AdvancedFieldsProps) {
  const { waits, streaming, windowTokens } = endpoint
  return (
    <details className={endpointStyles.fold}>
      <summary>{t('endpoints.advanced')}</summary>
      <div className={endpointStyles.foldBody}>
        <SwitchField
          label={t('endpoints.streaming')}
          hint={t('endpoints.streamingHint')}
          value={streaming}
          onChange={(next) => void update({ streaming: next }).catch(showError)}
        />
        <NumberField
          label={t('settings.window')}
          hint={t('settings.windowHint')}
          placeholder={t('settings.windowFromServer')}
          saved={windowTokens}
          rule={{ least: 256, most: 100_000_000, whole: true, optional: true }}
          save={(tokens) => update({ windowTokens: tokens })}
        />
        <section className={endpointStyles.waits} aria-label={t('endpoints.waits.title')}>
          <h4>{t('endpoints.waits.title')}</h4>
          <p className={styles.muted}>{t('endpoints.waits.text')}</p>
          <div className={endpointStyles.grid}>
            {WAITS.map(({ name, most, usual }) => (
              <NumberField
                key={name}
                label={t(`endpoints.waits.${name}`)}
                placeholder={String(name === 'firstByteSeconds' && !streaming ? WHOLE_REPLY_SECONDS : usual)}
                saved={waits[name] ?? null}
                rule={{ least: 1, most, whole: true, optional: true }}
                save={(seconds) => update({ waits: withWait(waits, name, seconds) })}
              />
            ))}
          </div>
        </section>
      </div>
    </details>
  )
}

function withWait(waits: Waits, name: keyof Waits, seconds: number | null): Waits {
  const { [name]: _former, ...others } = waits
  return seconds === null ? others : { ...others, [name]: seconds }
}
