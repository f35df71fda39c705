import { Combobox } from '@base-ui/react/combobox'
import { Check, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../i18n/i18n.ts'
import { formatCount } from '../transcript/format-numbers.ts'
import { askForModels } from './endpoint-store.ts'
import { type ModelOptions, optionValue } from './model-options.ts'
import styles from './model-picker.module.css'

/** The models that match, below the names of their endpoints. */
export function ModelGroups({ groups, total }: ModelOptions): ReactNode {
  return (
    <>
      {/* Also said aloud, so that somebody who types knows that nothing is left. */}
      <Combobox.Status className={styles.none}>
        {total > 0 && groups.length === 0 ? t('header.noModelFound') : null}
      </Combobox.Status>
      <Combobox.List className={styles.list}>
        {groups.map(({ endpoint, models }) => (
          <Combobox.Group key={endpoint.id} className={styles.group}>
            <Combobox.GroupLabel className={styles.label}>
              <span className={styles.dot} data-state="listed" aria-hidden />
              <span className={styles.name}>{endpoint.name}</span>
              <span className={styles.health}>{t('header.healthOk')}</span>
            </Combobox.GroupLabel>
            {models.map(({ id, windowTokens }) => (
              <Combobox.Item key={id} value={optionValue(endpoint.id, id)} className={styles.item} title={id}>
                <span className={styles.check}>
                  <Combobox.ItemIndicator>
                    <Check aria-hidden />
                  </Combobox.ItemIndicator>
                </span>
                <span className={styles.name}>{id}</span>
                {windowTokens !== null && (
                  <span className={styles.health}>
                    {t('header.modelWindow', { tokens: formatCount(windowTokens) })}
                  </span>
                )}
              </Combobox.Item>
            ))}
          </Combobox.Group>
        ))}
      </Combobox.List>
    </>
  )
}

/** Endpoints that offer no models at the moment: why, and how to ask them again. */
export function OtherEndpoints({ others }: Pick<ModelOptions, 'others'>): ReactNode {
  return others.map(({ endpoint, state, error }) => (
    <section key={endpoint.id} className={styles.group} aria-label={endpoint.name}>
      <div className={styles.label}>
        <span className={styles.dot} data-state={state} aria-hidden />
        <span className={styles.name}>{endpoint.name}</span>
        {state === 'failed' && (
          <button
            type="button"
            className={styles.retry}
            aria-label={t('header.askAgain', { endpoint: endpoint.name })}
            onClick={() => void askForModels(endpoint.id)}
          >
            <RotateCw aria-hidden />
            {t('common.retry')}
          </button>
        )}
      </div>
      <output className={styles.problem}>
        {state === 'failed' && error?.message}
        {state === 'asking' && t('header.loadingModels')}
        {state === 'empty' && t('header.noModelsListed')}
      </output>
    </section>
  ))
}
