import { useState } from 'react'
import type { Endpoint, Model } from '../../../shared/record-types.ts'
import { t } from '../../i18n/i18n.ts'
import styles from '../../settings/settings.module.css'
import { Select } from '../../ui/select.tsx'
import { modelNames } from '../model-field.tsx'
import { ModelFacts } from './model-facts.tsx'
import reportStyles from './report.module.css'

interface ModelSectionProps {
  endpoint: Endpoint
  models: readonly Model[] | null
}

/** What is known of one model at the endpoint: its window, and what it can do. */
export function ModelSection({ endpoint, models }: ModelSectionProps) {
  const [picked, setPicked] = useState<string | null>(null)
  const names = modelNames(models, endpoint.defaultModel)
  const model = picked !== null && names.includes(picked) ? picked : (endpoint.defaultModel ?? names[0])
  if (model === undefined) return null
  return (
    <section className={reportStyles.section} aria-label={t('capabilities.title')}>
      <h4>{t('capabilities.title')}</h4>
      {names.length > 1 ? (
        <Select
          label={t('capabilities.model')}
          value={model}
          options={names.map((id) => ({ value: id, label: id }))}
          onChange={setPicked}
        />
      ) : (
        <p className={styles.muted} dir="auto">
          {model}
        </p>
      )}
      <ModelFacts
        key={model}
        endpoint={endpoint}
        model={model}
        listedTokens={models?.find(({ id }) => id === model)?.windowTokens ?? null}
      />
    </section>
  )
}
