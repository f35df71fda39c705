import type { Endpoint, Settings } from '../../shared/record-types.ts'
import { ModelField } from '../endpoints/model-field.tsx'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useServerData } from '../shell/use-server-data.ts'
import { Choice } from '../ui/choice.tsx'
import { Select } from '../ui/select.tsx'
import { SavedField } from './fields/saved-field.tsx'
import styles from './settings.module.css'

interface BackgroundFieldsProps {
  settings: Settings
  update: (changes: Partial<Settings>) => Promise<unknown>
}

/** Where titles come from, and what writes titles and summaries. */
export function BackgroundFields({ settings, update }: BackgroundFieldsProps) {
  const { data: endpoints } = useServerData('endpoints.list', {}, 'endpoints.changed')
  const { titles, backgroundEndpointId } = settings
  const endpoint = endpoints?.find(({ id }) => id === backgroundEndpointId)
  return (
    <section className={styles.group} aria-label={t('settings.background.title')}>
      <div>
        <h3>{t('settings.background.title')}</h3>
        <p className={styles.muted}>{t('settings.background.text')}</p>
      </div>
      <Choice
        label={t('settings.titles.label')}
        value={titles}
        onChange={(next) => void update({ titles: next }).catch(showError)}
        options={[
          { value: 'first-line', label: t('settings.titles.firstLine'), hint: t('settings.titles.firstLineHint') },
          { value: 'model', label: t('settings.titles.model'), hint: t('settings.titles.modelHint') },
        ]}
      />
      <Select
        label={t('settings.background.endpoint')}
        hint={t('settings.background.endpointHint')}
        value={endpoint?.id ?? ''}
        disabled={endpoints === null}
        options={[
          { value: '', label: t('settings.background.same') },
          ...(endpoints ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(id) =>
          // A model of one endpoint says nothing at another.
          void update({ backgroundEndpointId: id || null, backgroundModel: null }).catch(showError)
        }
      />
      {endpoint ? (
        <EndpointModel key={endpoint.id} endpoint={endpoint} settings={settings} update={update} />
      ) : (
        <SavedField
          label={t('settings.background.model')}
          placeholder={t('settings.background.same')}
          saved={settings.backgroundModel ?? ''}
          save={(model) => update({ backgroundModel: model.trim() || null })}
        />
      )}
    </section>
  )
}

function EndpointModel({ endpoint, settings, update }: BackgroundFieldsProps & { endpoint: Endpoint }) {
  const { data: models, error } = useServerData('endpoints.models', { endpointId: endpoint.id }, null)
  return (
    <ModelField
      label={t('settings.background.model')}
      emptyLabel={t('settings.background.endpointsOwn')}
      saved={settings.backgroundModel}
      models={models}
      error={error}
      save={(backgroundModel) => update({ backgroundModel })}
    />
  )
}
