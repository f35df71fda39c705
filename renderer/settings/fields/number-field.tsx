import type { ReactNode } from 'react'
import { t } from '../../i18n/i18n.ts'
import { type NumberRule, parseNumber } from './number-rule.ts'
import { SavedField } from './saved-field.tsx'

interface NumberFieldProps {
  label: string
  hint?: ReactNode
  /** Null shows an empty field. */
  saved: number | null
  rule: NumberRule
  save: (value: number | null) => Promise<unknown>
  placeholder?: string
}

/** A number that saves itself; a refused one says the range beside the field. */
export function NumberField({ label, hint, saved, rule, save, placeholder }: NumberFieldProps) {
  const format = (value: number) => new Intl.NumberFormat().format(value)
  const check = (text: string) => {
    if (parseNumber(text, rule) !== undefined) return null
    const range = { least: format(rule.least), most: format(rule.most) }
    return t(rule.whole ? 'settings.wholeNumberRange' : 'settings.numberRange', range)
  }
  return (
    <SavedField
      label={label}
      hint={hint}
      numeric
      saved={saved === null ? '' : String(saved)}
      check={check}
      save={(text) => save(parseNumber(text, rule) ?? null)}
      {...(placeholder !== undefined && { placeholder })}
    />
  )
}
