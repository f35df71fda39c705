import { Menu } from '@base-ui/react/menu'
import { Check, ChevronDown, Settings2, SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { formatCount } from '../transcript/format-numbers.ts'
import { putConversation } from '../transcript/open-conversation.ts'
import { askForModels, type ModelsAnswer, useEndpointStore } from './endpoint-store.ts'
import { useModelChoice } from './model-choice.ts'
import styles from './model-picker.module.css'

/** Which model answers, and where; the menu has the models of every endpoint. */
export function ModelPicker({ conversationId }: { conversationId: string }): ReactNode {
  const { isKnown, endpoint, model } = useModelChoice()
  const answers = useEndpointStore((state) => state.models)
  const endpointId = endpoint?.id
  const isAsked = endpointId !== undefined && answers.has(endpointId)
  useEffect(() => {
    if (endpointId !== undefined && !isAsked) void askForModels(endpointId)
  }, [endpointId, isAsked])

  if (!isKnown) return null
  if (!endpoint) {
    return (
      <button type="button" className={styles.chip} onClick={manageEndpoints}>
        {t('header.noEndpoint')}
      </button>
    )
  }
  const answer = answers.get(endpoint.id)
  const name = model ?? firstModel(answer) ?? t('header.defaultModel')
  const health = sayHealth(answer)
  return (
    <Menu.Root onOpenChange={(isOpen) => isOpen && askAll()}>
      <Menu.Trigger
        className={styles.chip}
        aria-label={`${t('header.model')}: ${name}, ${endpoint.name}, ${health}`}
        title={`${name} · ${endpoint.name} ${health}`}
      >
        <span className={styles.dot} data-state={answer?.state} aria-hidden />
        <span className={styles.name}>{name}</span>
        <span className={styles.endpoint}>· {endpoint.name}</span>
        <ChevronDown aria-hidden className={styles.chevron} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className={styles.positioner}>
          <Menu.Popup className={styles.popup}>
            <Endpoints conversationId={conversationId} chosenEndpointId={endpoint.id} chosenModel={name} />
            <Menu.Separator className={styles.separator} />
            <Menu.Item
              className={styles.item}
              onClick={() => useDialogs.getState().show({ type: 'reply-settings', conversationId })}
            >
              <SlidersHorizontal aria-hidden />
              {t('replySettings.open')}
            </Menu.Item>
            <Menu.Item className={styles.item} onClick={manageEndpoints}>
              <Settings2 aria-hidden />
              {t('header.manageEndpoints')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

interface EndpointsProps {
  conversationId: string
  chosenEndpointId: string
  chosenModel: string
}

function Endpoints({ conversationId, chosenEndpointId, chosenModel }: EndpointsProps): ReactNode {
  const { endpoints, models } = useEndpointStore()
  const choose = (value: string) => {
    const [endpointId = '', ...model] = value.split('\n')
    call('conversations.update', { conversationId, endpointId, model: model.join('\n') || null }).then(
      putConversation,
      showError,
    )
  }
  return (
    <Menu.RadioGroup value={`${chosenEndpointId}\n${chosenModel}`} onValueChange={choose}>
      {endpoints?.map((endpoint) => (
        <EndpointModels key={endpoint.id} endpoint={endpoint} answer={models.get(endpoint.id)} />
      ))}
    </Menu.RadioGroup>
  )
}

function EndpointModels({ endpoint, answer }: { endpoint: Endpoint; answer: ModelsAnswer | undefined }): ReactNode {
  return (
    <Menu.Group className={styles.group}>
      <Menu.GroupLabel className={styles.label}>
        <span className={styles.dot} data-state={answer?.state} aria-hidden />
        <span className={styles.name}>{endpoint.name}</span>
        <span className={styles.health}>{sayHealth(answer)}</span>
      </Menu.GroupLabel>
      {answer?.state === 'failed' && <output className={styles.problem}>{answer.error.message}</output>}
      {answer?.state === 'asking' && <p className={styles.problem}>{t('header.loadingModels')}</p>}
      {answer?.state === 'listed' && answer.models.length === 0 && (
        <p className={styles.problem}>{t('header.noModelsListed')}</p>
      )}
      {answer?.state === 'listed' &&
        answer.models.map((model) => (
          <Menu.RadioItem
            key={model.id}
            value={`${endpoint.id}\n${model.id}`}
            className={styles.item}
            label={model.id}
            closeOnClick
          >
            <span className={styles.check}>
              <Menu.RadioItemIndicator>
                <Check aria-hidden />
              </Menu.RadioItemIndicator>
            </span>
            <span className={styles.name}>{model.id}</span>
            {model.windowTokens !== null && (
              <span className={styles.health}>
                {t('header.modelWindow', { tokens: formatCount(model.windowTokens) })}
              </span>
            )}
          </Menu.RadioItem>
        ))}
    </Menu.Group>
  )
}

function askAll(): void {
  for (const { id } of useEndpointStore.getState().endpoints ?? []) void askForModels(id)
}

function manageEndpoints(): void {
  useDialogs.getState().show({ type: 'settings', section: 'endpoints' })
}

/** A server without a default model answers with its first one. */
function firstModel(answer: ModelsAnswer | undefined): string | null {
  return answer?.state === 'listed' ? (answer.models[0]?.id ?? null) : null
}

function sayHealth(answer: ModelsAnswer | undefined): string {
  switch (answer?.state) {
    case 'listed':
      return t('header.healthOk')
    case 'failed':
      return t('header.healthFailed')
    case 'asking':
      return t('header.healthLoading')
    case undefined:
      return t('header.healthUnknown')
  }
}
