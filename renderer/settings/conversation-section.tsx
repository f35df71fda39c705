import type { Settings } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { SamplingFields } from '../reply-settings/sampling-fields.tsx'
import { useServerData } from '../shell/use-server-data.ts'
import { BackgroundFields } from './background-fields.tsx'
import { NumberField } from './fields/number-field.tsx'
import { SavedField } from './fields/saved-field.tsx'
import { SectionState } from './section-state.tsx'
import styles from './settings.module.css'

/** What a new conversation starts with, and what a request carries. */
export function ConversationSection() {
  const { data: settings, error, reload } = useServerData('settings.get', {}, 'settings.changed')
  if (!settings) return <SectionState error={error} onRetry={reload} />
  const update = (changes: Partial<Settings>) => call('settings.update', changes)
  return (
    <div className={styles.fields}>
      <SavedField
        label={t('settings.systemPrompt')}
        hint={t('settings.systemPromptHint')}
        placeholder={t('settings.systemPromptPlaceholder')}
        rows={5}
        saved={settings.defaultSystemPrompt}
        save={(defaultSystemPrompt) => update({ defaultSystemPrompt })}
      />
      <NumberField
        label={t('settings.lastMessages')}
        hint={t('settings.lastMessagesHint')}
        saved={settings.lastMessages}
        rule={{ least: 1, most: 10_000, whole: true }}
        save={(lastMessages) => (lastMessages === null ? Promise.resolve() : update({ lastMessages }))}
      />
      <NumberField
        label={t('settings.answerReserve')}
        hint={t('settings.answerReserveHint')}
        saved={settings.answerReserveTokens}
        rule={{ least: 64, most: 1_000_000, whole: true }}
        save={(tokens) => (tokens === null ? Promise.resolve() : update({ answerReserveTokens: tokens }))}
      />
      <BackgroundFields settings={settings} update={update} />
      <section className={styles.group} aria-label={t('settings.samplingTitle')}>
        <div>
          <h3>{t('settings.samplingTitle')}</h3>
          <p className={styles.muted}>{t('settings.samplingText')}</p>
        </div>
        <SamplingFields sampling={settings.sampling} save={(sampling) => update({ sampling })} />
      </section>
    </div>
  )
}
