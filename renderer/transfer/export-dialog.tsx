import { useState } from 'react'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choice.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { Progress } from '../ui/progress.tsx'
import { formatCount, formatSize } from './format-size.ts'
import styles from './transfer.module.css'
import { type Transfer, useTransfer } from './use-transfer.ts'

interface ExportDialogProps {
  /** Null: there is only everything to export. */
  conversationId: string | null
  onClose: () => void
}

interface ExportChoice {
  scope: 'conversation' | 'all'
  format: 'alcove-json' | 'plain-json'
  layout: 'indented' | 'compact'
}

/** What to export and how, then how far it is, then where it is. */
export function ExportDialog({ conversationId, onClose }: ExportDialogProps) {
  const [choice, setChoice] = useState<ExportChoice>({
    scope: conversationId ? 'conversation' : 'all',
    format: 'alcove-json',
    layout: 'indented',
  })
  const { transfer, start, cancel, reset } = useTransfer('transfer.export')
  const busy = transfer.phase === 'choosing' || transfer.phase === 'running'
  const run = () =>
    void start({
      scope:
        choice.scope === 'conversation' && conversationId
          ? { type: 'conversations', conversationIds: [conversationId] }
          : { type: 'all' },
      format: choice.format,
      compact: choice.layout === 'compact',
    })
  const change = (next: ExportChoice) => {
    reset()
    setChoice(next)
  }
  const showFile = () => void call('transfer.showFile', {}).catch(showError)
  return (
    <Dialog
      open
      onClose={onClose}
      closable={transfer.phase !== 'running'}
      title={t('transfer.exportTitle')}
      actions={<ExportActions phase={transfer.phase} run={run} cancel={cancel} close={onClose} showFile={showFile} />}
    >
      {transfer.phase === 'ended' || transfer.phase === 'running' ? (
        <ExportProgress transfer={transfer} />
      ) : (
        <div className={styles.form}>
          <ExportForm choice={choice} single={conversationId !== null} onChange={change} />
          {transfer.phase === 'cancelled' ? <Note kind="info">{t('transfer.exportCancelled')}</Note> : null}
          {transfer.error ? <Note kind="danger">{transfer.error.message}</Note> : null}
          {busy ? <output>{t('transfer.choosing')}</output> : null}
        </div>
      )}
    </Dialog>
  )
}

interface ExportFormProps {
  choice: ExportChoice
  /** True when one conversation was named. */
  single: boolean
  onChange: (choice: ExportChoice) => void
}

function ExportForm({ choice, single, onChange }: ExportFormProps) {
  return (
    <>
      {single ? (
        <Choice
          label={t('transfer.scope')}
          layout="row"
          value={choice.scope}
          onChange={(scope) => onChange({ ...choice, scope })}
          options={[
            { value: 'conversation', label: t('transfer.scopeOne') },
            { value: 'all', label: t('transfer.scopeAll') },
          ]}
        />
      ) : (
        <p>{t('transfer.exportAllText')}</p>
      )}
      <Choice
        label={t('transfer.format')}
        value={choice.format}
        onChange={(format) => onChange({ ...choice, format })}
        options={[
          { value: 'alcove-json', label: t('transfer.alcoveJson'), hint: t('transfer.alcoveJsonHint') },
          { value: 'plain-json', label: t('transfer.plainJson'), hint: t('transfer.plainJsonHint') },
        ]}
      />
      <Choice
        label={t('transfer.layout')}
        layout="row"
        value={choice.layout}
        onChange={(layout) => onChange({ ...choice, layout })}
        options={[
          { value: 'indented', label: t('transfer.indented') },
          { value: 'compact', label: t('transfer.compact') },
        ]}
      />
    </>
  )
}

function ExportProgress({ transfer: { phase, first, latest } }: { transfer: Transfer<'transfer.export'> }) {
  const total = first?.type === 'export-start' ? first.conversations : 0
  const written = latest && latest.type !== 'export-start' ? latest : { conversations: 0, messages: 0, sizeBytes: 0 }
  const rest = { messages: t('transfer.messages', { count: written.messages }), size: formatSize(written.sizeBytes) }
  if (phase === 'ended') {
    const unreadable = latest?.type === 'export-end' ? latest.unreadable : undefined
    return (
      <Note kind="success">
        <p className={styles.fileName}>{latest?.type === 'export-end' ? latest.fileName : ''}</p>
        <p>
          {t('transfer.exportFacts', {
            conversations: t('transfer.conversations', { count: written.conversations }),
            ...rest,
          })}
        </p>
        {unreadable ? (
          <p>
            {t('transfer.exportUnreadable', {
              count: unreadable.conversations + unreadable.messages + unreadable.others,
            })}
          </p>
        ) : null}
      </Note>
    )
  }
  return (
    <div className={styles.form} aria-live="polite">
      <p className={styles.fileName}>{first?.type === 'export-start' ? first.fileName : ''}</p>
      <Progress label={t('transfer.exportTitle')} value={total > 0 ? written.conversations / total : null} />
      <p className={styles.muted}>
        {t('transfer.exportFacts', {
          conversations: t('transfer.conversationsOf', { done: formatCount(written.conversations), count: total }),
          ...rest,
        })}
      </p>
    </div>
  )
}

interface ExportActionsProps {
  phase: Transfer<'transfer.export'>['phase']
  run: () => void
  cancel: () => void
  close: () => void
  showFile: () => void
}

function ExportActions({ phase, run, cancel, close, showFile }: ExportActionsProps) {
  if (phase === 'running') return <Button onClick={cancel}>{t('common.cancel')}</Button>
  if (phase === 'ended') {
    return (
      <>
        <Button onClick={showFile}>{t('transfer.showFile')}</Button>
        <Button look="primary" onClick={close}>
          {t('common.close')}
        </Button>
      </>
    )
  }
  return (
    <>
      <Button onClick={close}>{t('common.cancel')}</Button>
      <Button look="primary" disabled={phase === 'choosing'} onClick={run}>
        {phase === 'failed' ? t('common.retry') : t('transfer.chooseWhere')}
      </Button>
    </>
  )
}
