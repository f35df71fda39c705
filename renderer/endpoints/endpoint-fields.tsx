import type { CallInput } from '../../shared/contract-types.ts'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { KeyField } from './key-field.tsx'

export type EndpointChanges = Omit<CallInput<'endpoints.update'>, 'endpointId'>

interface EndpointFieldsProps {
  endpoint: Endpoint
  update: (changes: EndpointChanges) => Promise<unknown>
}

/** What is saved of an endpoint; each field saves itself. */
export function EndpointFields({ endpoint, update }: EndpointFieldsProps) {
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
    </>
  )
}

/** Saves changes of one endpoint. */
export function endpointUpdater(endpointId: string) {
  return (changes: EndpointChanges) => call('endpoints.update', { endpointId, ...changes })
}
