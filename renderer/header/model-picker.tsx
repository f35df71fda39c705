import { Combobox } from '@base-ui/react/combobox'
import { ChevronDown, Settings2, SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { putConversation } from '../transcript/open-conversation.ts'
import { askForModels, type ModelsAnswer, useEndpointStore } from './endpoint-store.ts'
import { useModelChoice } from './model-choice.ts'
import { ModelGroups, OtherEndpoints } from './model-list.tsx'
import { type ModelOptions, modelOptions, optionValue, optionValues, readOption } from './model-options.ts'
import styles from './model-picker.module.css'

/** Which model answers, and where; the list below it has the models of every endpoint. */
export function ModelPicker({ conversationId }: { conversationId: string }): ReactNode {
  const { isKnown, endpoint, model } = useModelChoice()
  const { endpoints, models: answers } = useEndpointStore()
  const [isOpen, setOpen] = useState(false)
  const [query, setQuery] = useState('')
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
  const options = modelOptions(endpoints ?? [], answers, query)
  const openChanged = (next: boolean) => {
    setOpen(next)
    setQuery('')
    if (next) askAll()
  }
  const choose = (value: string | null) => {
    if (value === null) return
    call('conversations.update', { conversationId, ...readOption(value) }).then(putConversation, showError)
  }
  return (
    <Combobox.Root
      open={isOpen}
      onOpenChange={openChanged}
      value={optionValue(endpoint.id, name)}
      onValueChange={choose}
      inputValue={query}
      onInputValueChange={setQuery}
      // Narrowed here, as words may be those of an endpoint too.
      filteredItems={optionValues(options)}
      autoHighlight
    >
      <Combobox.Trigger
        className={styles.chip}
        aria-label={`${t('header.model')}: ${name}, ${endpoint.name}, ${health}`}
        title={`${name} · ${endpoint.name} ${health}`}
      >
        <span className={styles.dot} data-state={answer?.state} aria-hidden />
        <span className={styles.name}>{name}</span>
        <span className={styles.endpoint}>· {endpoint.name}</span>
        <ChevronDown aria-hidden className={styles.chevron} />
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner align="end" sideOffset={6} className={styles.positioner}>
          <Combobox.Popup className={styles.popup} aria-label={t('header.model')}>
            <Choices conversationId={conversationId} options={options} close={() => openChanged(false)} />
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}

interface ChoicesProps {
  conversationId: string
  options: ModelOptions
  close: () => void
}

function Choices({ conversationId, options, close }: ChoicesProps): ReactNode {
  const closeAnd = (act: () => void) => () => {
    close()
    act()
  }
  return (
    <>
      {/* Always there for the keyboard: who types before it is in sight brings it there. */}
      <div className={options.hasFilter ? styles.filter : 'visually-hidden'}>
        <Combobox.Input
          className={styles.filterField}
          aria-label={t('header.filterModels')}
          placeholder={t('header.filterModels')}
          spellCheck={false}
        />
      </div>
      <div className={styles.scroll}>
        <ModelGroups {...options} />
        <OtherEndpoints others={options.others} />
      </div>
      <div className={styles.foot}>
        <button
          type="button"
          className={styles.action}
          onClick={closeAnd(() => useDialogs.getState().show({ type: 'reply-settings', conversationId }))}
        >
          <SlidersHorizontal aria-hidden />
          {t('replySettings.open')}
        </button>
        <button type="button" className={styles.action} onClick={closeAnd(manageEndpoints)}>
          <Settings2 aria-hidden />
          {t('header.manageEndpoints')}
        </button>
      </div>
    </>
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
