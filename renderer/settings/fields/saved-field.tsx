import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/i18n.ts'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import styles from '../settings.module.css'
import { type SavedText, useSavedText } from './use-saved-text.ts'

interface SavedFieldProps {
  label: string
  hint?: ReactNode
  saved: string
  save: (text: string) => Promise<unknown>
  check?: (text: string) => string | null
  placeholder?: string
  /** Lines of a text area; absent for one line. */
  rows?: number
  numeric?: boolean
}

/** A text field that saves itself and says so. */
export function SavedField({ label, hint, saved, save, check, placeholder, rows, numeric = false }: SavedFieldProps) {
  const field = useSavedText({ saved, save, ...(check && { check }) })
  const common = {
    label,
    hint,
    placeholder,
    value: field.text,
    onChange: field.onChange,
    onBlur: field.onBlur,
    error: field.error,
    status: <SavedMark status={field.status} />,
  }
  if (rows) return <TextArea {...common} rows={rows} dir="auto" />
  return (
    <TextField
      {...common}
      inputMode={numeric ? 'decimal' : undefined}
      className={numeric ? styles.number : undefined}
      spellCheck={false}
      autoComplete="off"
    />
  )
}

/** `Saved`, said politely to assistive tools too. */
function SavedMark({ status }: { status: SavedText['status'] }) {
  return (
    <output className={styles.saved}>
      {status === 'saved' ? (
        <>
          <Check aria-hidden />
          {t('settings.saved')}
        </>
      ) : null}
    </output>
  )
}
