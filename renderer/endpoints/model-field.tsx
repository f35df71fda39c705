import type { AppError } from '../../shared/errors.ts'
import type { Model } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { Select } from '../ui/select.tsx'

interface ModelFieldProps {
  label: string
  hint?: string
  /** What no choice means, in words. */
  emptyLabel: string
  saved: string | null
  /** As the server lists them; null while it is asked. */
  models: readonly Model[] | null
  /** Why they could not be listed. */
  error: AppError | null
  save: (model: string | null) => Promise<unknown>
}

/** One of the models that the server lists, or none; a plain field when it does not answer. */
export function ModelField({ label, hint, emptyLabel, saved, models, error, save }: ModelFieldProps) {
  if (error) {
    return (
      <SavedField
        label={label}
        hint={t('settings.modelsUnknown', { reason: error.message })}
        placeholder={emptyLabel}
        saved={saved ?? ''}
        save={(model) => save(model.trim() || null)}
      />
    )
  }
  return (
    <Select
      label={label}
      hint={hint}
      value={saved ?? ''}
      disabled={models === null}
      options={[{ value: '', label: emptyLabel }, ...modelNames(models, saved).map((id) => ({ value: id, label: id }))]}
      onChange={(model) => void save(model || null).catch(showError)}
    />
  )
}

/** The models of the list, with the chosen one first where the list lacks it. */
export function modelNames(models: readonly Model[] | null, chosen: string | null): string[] {
  const known = models?.map((model) => model.id) ?? []
  return chosen && !known.includes(chosen) ? [chosen, ...known] : known
}
