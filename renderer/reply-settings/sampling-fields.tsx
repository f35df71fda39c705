import { type ReactNode, useEffect, useState } from 'react'
import type { Sampling } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { NumberField } from '../settings/fields/number-field.tsx'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { Select } from '../ui/select.tsx'
import { isRefused } from './refused-settings.ts'
import styles from './reply-settings.module.css'
import { createSamplingWriter } from './sampling-writer.ts'
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
  /** How often all settings were taken back while the fields were shown. */
  resets?: number
}

/** Every setting of how a reply is made; each saves itself, and an empty one is left to whatever is below. */
export function SamplingFields({
  sampling,
  save,
  inherited,
  refused = [],
  resets = 0,
}: SamplingFieldsProps): ReactNode {
  const [writer] = useState(() => createSamplingWriter(sampling))
  useEffect(() => {
    if (resets > 0) writer.reset()
  }, [writer, resets])
  const put = <N extends keyof Sampling>(name: N, value: Sampling[N] | null) => writer.put(name, value, save)
  const isChanged = (name: keyof Sampling) => inherited !== undefined && sampling[name] !== undefined
  const setting = (name: keyof Sampling) => ({
    'data-changed': isChanged(name) || undefined,
    className: styles.setting,
  })
  const hint = (name: keyof Sampling) => (
    <Hint name={name} isChanged={isChanged(name)} isRefused={isRefused(name, refused)} />
  )
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

interface HintProps {
  name: keyof Sampling
  isChanged: boolean
  isRefused: boolean
}

function Hint(props: HintProps): ReactNode {
  return (
    <>
      {props.isChanged && <span className={styles.changed}>{t('sampling.changed')} </span>}
      {t(`sampling.${props.name}Hint`)}
      {props.isRefused && <span className={styles.refused}> {t('sampling.refused')}</span>}
    </>
  )
}

/** What stands in an empty field. */
function otherwise(inherited: string | number | undefined): string {
  return inherited === undefined ? t('sampling.leftToServer') : t('sampling.fromSettings', { value: inherited })
}

type Effort = (typeof EFFORTS)[number]

function effortName(effort: Effort): string {
  return t(`sampling.effort.${effort}`)
}

function effortOptions(none: string): { value: Effort | ''; label: string }[] {
  return [{ value: '', label: none }, ...EFFORTS.map((value) => ({ value, label: effortName(value) }))]
}
