import type { ReactNode } from 'react'
import type { Sampling } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { NumberField } from '../settings/fields/number-field.tsx'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { Select } from '../ui/select.tsx'
import { checkStops, readStops, writeStops } from './stop-lines.ts'

type NumberName = {
  [N in keyof Sampling]-?: NonNullable<Sampling[N]> extends number ? N : never
}[keyof Sampling]

interface NumberSetting {
  name: NumberName
  /** As servers call it, to know which ones refuse it. */
  wire: string
  least: number
  most: number
  whole: boolean
}

/** In the order in which people look for them. */
const NUMBERS: readonly NumberSetting[] = [
  { name: 'temperature', wire: 'temperature', least: 0, most: 5, whole: false },
  { name: 'maxTokens', wire: 'max_tokens', least: -1, most: 100_000_000, whole: true },
  { name: 'topP', wire: 'top_p', least: 0, most: 1, whole: false },
  { name: 'topK', wire: 'top_k', least: 0, most: 1_000_000, whole: true },
  { name: 'minP', wire: 'min_p', least: 0, most: 1, whole: false },
  { name: 'repeatPenalty', wire: 'repeat_penalty', least: 0, most: 10, whole: false },
  { name: 'presencePenalty', wire: 'presence_penalty', least: -2, most: 2, whole: false },
  { name: 'frequencyPenalty', wire: 'frequency_penalty', least: -2, most: 2, whole: false },
  { name: 'seed', wire: 'seed', least: -2_147_483_648, most: 4_294_967_295, whole: true },
]

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'] as const

interface SamplingFieldsProps {
  sampling: Sampling
  save: (sampling: Sampling) => Promise<unknown>
  /** What applies where a field is empty. */
  inherited?: Sampling
  /** Names on the wire of fields that the model is known to refuse. */
  refused?: readonly string[]
}

/** Every setting of how a reply is made; each saves itself, and an empty one is left to whatever is below. */
export function SamplingFields({ sampling, save, inherited = {}, refused = [] }: SamplingFieldsProps): ReactNode {
  const put = <N extends keyof Sampling>(name: N, value: Sampling[N] | null) => {
    const { [name]: _former, ...rest } = sampling
    return save(value === null ? rest : { ...rest, [name]: value })
  }
  const hint = (name: keyof Sampling, wire: string) => (
    <>
      {t(`sampling.${name}Hint`)}
      {refused.includes(wire) && ` ${t('sampling.refused')}`}
    </>
  )
  const otherwise = (value: string | number | undefined) =>
    value === undefined ? t('sampling.leftToServer') : t('sampling.fromSettings', { value })
  return (
    <>
      {NUMBERS.map(({ name, wire, ...rule }) => (
        <NumberField
          key={name}
          label={t(`sampling.${name}`)}
          hint={hint(name, wire)}
          placeholder={otherwise(inherited[name])}
          saved={sampling[name] ?? null}
          rule={{ ...rule, optional: true }}
          save={(value) => put(name, value)}
        />
      ))}
      <SavedField
        label={t('sampling.stop')}
        hint={hint('stop', 'stop')}
        rows={3}
        placeholder={otherwise(inherited.stop?.length ? writeStops(inherited.stop) : undefined)}
        saved={writeStops(sampling.stop ?? [])}
        check={(text) => (checkStops(text) ? null : t('sampling.stopProblem'))}
        save={(text) => put('stop', readStops(text).length > 0 ? readStops(text) : null)}
      />
      <Select
        label={t('sampling.reasoningEffort')}
        hint={hint('reasoningEffort', 'reasoning_effort')}
        value={sampling.reasoningEffort ?? ''}
        options={[
          {
            value: '',
            label: otherwise(inherited.reasoningEffort && t(`sampling.effort.${inherited.reasoningEffort}`)),
          },
          ...EFFORTS.map((value) => ({ value, label: t(`sampling.effort.${value}`) })),
        ]}
        onChange={(value) => void put('reasoningEffort', value === '' ? null : value).catch(showError)}
      />
    </>
  )
}
