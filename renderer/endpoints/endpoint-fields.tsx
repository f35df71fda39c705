import type { CallInput } from '../../shared/contract-types.ts'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { NumberField } from '../settings/fields/number-field.tsx'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { useServerData } from '../shell/use-server-data.ts'
import { Select } from '../ui/select.tsx'
import { KeyField } from './key-field.tsx'

type Changes = Omit<CallInput<'endpoints.update'>, 'endpointId'>

/** The fields of a saved endpoint; each saves itself. */
export function EndpointFields({ endpoint }: { endpoint: Endpoint }) {
  const update = (changes: Changes) => call('endpoints.update', { endpointId: endpoint.id, ...changes })
  return (
    <>
      <SavedField
        label={t('settings.endpointName')}
        saved={endpoint.name}
        check={(text) => (text.trim() ? null : t('settings.nameMissing'))}
        save={(name) => update({ name: name.trim() })}
      />
      {endpoint.kind === 'http' ? (
        <>
          <SavedField
            label={t('endpoints.address')}
            saved={endpoint.baseUrl}
            check={(text) => (text.trim() ? null : t('settings.addressMissing'))}
            save={(baseUrl) => update({ baseUrl: baseUrl.trim() })}
          />
          <KeyField hasKey={endpoint.hasKey} save={(key) => update({ key })} />
        </>
      ) : null}
      <ModelField
        key={`${endpoint.baseUrl} ${endpoint.hasKey}`}
        endpoint={endpoint}
        save={(defaultModel) => update({ defaultModel })}
      />
      <NumberField
        label={t('settings.window')}
        hint={t('settings.windowHint')}
        placeholder={t('settings.windowFromServer')}
        saved={endpoint.windowTokens}
        rule={{ least: 256, most: 100_000_000, whole: true, optional: true }}
        save={(windowTokens) => update({ windowTokens })}
      />
    </>
  )
}

interface ModelFieldProps {
  endpoint: Endpoint
  save: (model: string | null) => Promise<unknown>
}

/** The models that the server lists, asked once for an address and key; a plain field when it does not answer. */
function ModelField({ endpoint, save }: ModelFieldProps) {
  const models = useServerData('endpoints.models', { endpointId: endpoint.id }, null)
  if (models.error) {
    return (
      <SavedField
        label={t('settings.defaultModel')}
        hint={t('settings.modelsUnknown', { reason: models.error.message })}
        saved={endpoint.defaultModel ?? ''}
        save={(model) => save(model.trim() || null)}
      />
    )
  }
  const known = models.data?.map((model) => model.id) ?? []
  const names =
    endpoint.defaultModel && !known.includes(endpoint.defaultModel) ? [endpoint.defaultModel, ...known] : known
  return (
    <Select
      label={t('settings.defaultModel')}
      value={endpoint.defaultModel ?? ''}
      disabled={models.data === null}
      options={[{ value: '', label: t('settings.modelFirst') }, ...names.map((id) => ({ value: id, label: id }))]}
      onChange={(model) => void save(model || null).catch(showError)}
    />
  )
}
