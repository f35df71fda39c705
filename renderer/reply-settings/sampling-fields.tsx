import { type ReactNode, useEffect, useRef } from 'react'
import type { Sampling } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { NumberField } from '../settings/fields/number-field.tsx'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { Select } from '../ui/select.tsx'
import { isRefused } from './refused-settings.ts'
import styles from './reply-settings.module.css'
import { checkStops, readStops, writeStops } from './stop-lines.ts'

type NumberName = {
  [N in keyof Sampling]-?: NonNullable<Sampling[N]> extends number ? N : never
}[keyof Sampling]

interface NumberSetting {
  name: NumberName
  least: number
  most: number
  whole: boolean
}

/** In the order in which people look for them. */
const NUMBERS: readonly NumberSetting[] = [
  { name: 'temperature', least: 0, most: 5, whole: false },
  { name: 'maxTokens', least: -1, most: 100_000_000, whole: true },
  { name: 'topP', least: 0, most: 1, whole: false },
  { name: 'topK', least: 0, most: 1_000_000, whole: true },
  { name: 'minP', least: 0, most: 1, whole: false },
  { name: 'repeatPenalty', least: 0, most: 10, whole: false },
  { name: 'presencePenalty', least: -2, most: 2, whole: false },
  { name: 'frequencyPenalty', least: -2, most: 2, whole: false },
  { name: 'seed', least: -2_147_483_648, most: 4_294_967_295, whole: true },
]

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'] as const

interface SamplingFieldsProps {
  sampling: Sampling
  save: (sampling: Sampling) => Promise<unknown>
  /** What applies where a field is empty; a field that differs from that is then marked. */
  inherited?: Sampling
  /** Names on the wire of fields that the model is known to refuse. */
  refused?: readonly string[]
}

/** Every setting of how a reply is made; each saves itself, and an empty one is left to whatever is below. */
export function SamplingFields({ sampling, save, inherited, refused = [] }: SamplingFieldsProps): ReactNode {
  const put = usePut(sampling, save)
  const setting = (name: keyof Sampling) => ({
    'data-changed': (inherited !== undefined && sampling[name] !== undefined) || undefined,
    className: styles.setting,
  })
  const hint = (name: keyof Sampling) => (
    <>
      {inherited !== undefined && sampling[name] !== undefined && (
        <span className={styles.changed}>{t('sampling.changed')} </span>
      )}
      {t(`sampling.${name}Hint`)}
      {isRefused(name, refused) && <span className={styles.refused}> {t('sampling.refused')}</span>}
    </>
  )
  const otherwise = (value: string | number | undefined) =>
    value === undefined ? t('sampling.leftToServer') : t('sampling.fromSettings', { value })
  return (
    <>
      {NUMBERS.map(({ name, ...rule }) => (
        <div key={name} {...setting(name)}>
          <NumberField
            label={t(`sampling.${name}`)}
            hint={hint(name)}
            placeholder={otherwise(inherited?.[name])}
            saved={sampling[name] ?? null}
            rule={{ ...rule, optional: true }}
            save={(value) => put(name, value)}
          />
        </div>
      ))}
      <div {...setting('stop')}>
        <SavedField
          label={t('sampling.stop')}
          hint={hint('stop')}
          rows={3}
          placeholder={otherwise(inherited?.stop?.length ? writeStops(inherited.stop) : undefined)}
          saved={writeStops(sampling.stop ?? [])}
          check={(text) => (checkStops(text) ? null : t('sampling.stopProblem'))}
          save={(text) => put('stop', readStops(text).length > 0 ? readStops(text) : null)}
        />
      </div>
      <div {...setting('reasoningEffort')}>
        <Select
          label={t('sampling.reasoningEffort')}
          hint={hint('reasoningEffort')}
          value={sampling.reasoningEffort ?? ''}
          options={effortOptions(otherwise(inherited?.reasoningEffort && effortName(inherited.reasoningEffort)))}
          onChange={(value) => void put('reasoningEffort', value === '' ? null : value).catch(showError)}
        />
      </div>
    </>
  )
}

type Effort = (typeof EFFORTS)[number]

function effortName(effort: Effort): string {
  return t(`sampling.effort.${effort}`)
}

function effortOptions(none: string): { value: Effort | ''; label: string }[] {
  return [{ value: '', label: none }, ...EFFORTS.map((value) => ({ value, label: effortName(value) }))]
}

/** Saves one setting beside the others as they were saved last, which need not have come back from main yet. */
function usePut(sampling: Sampling, save: SamplingFieldsProps['save']) {
  const newest = useRef(sampling)
  useEffect(() => {
    newest.current = sampling
  }, [sampling])
  return async <N extends keyof Sampling>(name: N, value: Sampling[N] | null): Promise<void> => {
    const { [name]: _former, ...rest } = newest.current
    newest.current = value === null ? rest : { ...rest, [name]: value }
    try {
      await save(newest.current)
    } catch (error) {
      newest.current = sampling
      throw error
    }
  }
}
