import { type ReactNode, useState } from 'react'
import type { Conversation, Sampling } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { useModelChoice } from '../header/model-choice.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { SectionState } from '../settings/section-state.tsx'
import { useServerData } from '../shell/use-server-data.ts'
import { putConversation } from '../transcript/open-conversation.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import styles from './reply-settings.module.css'
import { SamplingFields } from './sampling-fields.tsx'

interface ReplySettingsProps {
  conversationId: string
  onClose: () => void
}

/** How replies of one conversation are made, where that differs from the settings. */
export function ReplySettingsDialog({ conversationId, onClose }: ReplySettingsProps): ReactNode {
  const conversation = useServerData('conversations.get', { conversationId }, 'conversations.changed')
  const { endpoint, model } = useModelChoice()
  const target = endpoint ? { model: model ?? t('header.defaultModel'), endpoint: endpoint.name } : null
  const sampling = conversation.data?.settings.sampling ?? {}
  const isChanged = Object.keys(sampling).length > 0
  const [resets, setResets] = useState(0)
  const reset = () => {
    if (!conversation.data) return
    setResets(resets + 1)
    void saveSampling(conversation.data, {}).catch(showError)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="medium"
      title={t('replySettings.title')}
      description={target ? t('replySettings.target', target) : t('replySettings.text')}
      actions={
        <>
          <Button disabled={!isChanged} onClick={reset}>
            {t('replySettings.reset')}
          </Button>
          <Button look="primary" onClick={onClose}>
            {t('replySettings.done')}
          </Button>
        </>
      }
    >
      {conversation.data ? (
        <Fields
          conversation={conversation.data}
          resets={resets}
          modelRef={endpoint && model !== null ? { endpointId: endpoint.id, model } : null}
        />
      ) : (
        <SectionState error={conversation.error} onRetry={conversation.reload} />
      )}
    </Dialog>
  )
}

interface FieldsProps {
  conversation: Conversation
  modelRef: { endpointId: string; model: string } | null
  resets: number
}

function Fields({ conversation, modelRef, resets }: FieldsProps): ReactNode {
  const settings = useServerData('settings.get', {}, 'settings.changed')
  const shown: ShownFields = { conversation, inherited: settings.data?.sampling ?? {}, resets }
  return (
    <div className={styles.fields}>
      {modelRef ? <KnownFields {...shown} modelRef={modelRef} /> : <ConversationFields {...shown} refused={[]} />}
    </div>
  )
}

interface ShownFields {
  conversation: Conversation
  inherited: Sampling
  resets: number
}

/** With the marks of what this model is known to refuse. */
function KnownFields({
  modelRef,
  ...shown
}: ShownFields & { modelRef: { endpointId: string; model: string } }): ReactNode {
  const capabilities = useServerData('endpoints.capabilities', modelRef, 'endpoints.changed')
  const refused = capabilities.data?.find(({ name }) => name === 'refused-fields')?.value
  return <ConversationFields {...shown} refused={Array.isArray(refused) ? refused : []} />
}

function ConversationFields({ conversation, ...shown }: ShownFields & { refused: readonly string[] }): ReactNode {
  return (
    <SamplingFields
      {...shown}
      sampling={conversation.settings.sampling ?? {}}
      save={(sampling) => saveSampling(conversation, sampling)}
    />
  )
}

async function saveSampling({ id, settings }: Conversation, sampling: Sampling): Promise<void> {
  const { sampling: _former, ...rest } = settings
  const next = Object.keys(sampling).length > 0 ? { ...rest, sampling } : rest
  putConversation(await call('conversations.update', { conversationId: id, settings: next }))
}
