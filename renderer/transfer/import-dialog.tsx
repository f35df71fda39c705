import type { StreamPart } from '../../shared/contract-types.ts'
import { t } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Note } from '../ui/note.tsx'
import { Progress } from '../ui/progress.tsx'
import { formatCount, formatSize } from './format-size.ts'
import styles from './transfer.module.css'
import { type Transfer, useTransfer } from './use-transfer.ts'

type ImportTransfer = Transfer<'transfer.import'>
type Report = Extract<StreamPart<'transfer.import'>, { type: 'import-end' }>['report']

/** Takes conversations over from a file, and says what became of each. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { transfer, start, cancel } = useTransfer('transfer.import')
  const { phase, latest } = transfer
  return (
    <Dialog
      open
      onClose={onClose}
      closable={phase !== 'running'}
      title={t('transfer.importTitle')}
      actions={<ImportActions phase={phase} run={() => void start({})} cancel={cancel} close={onClose} />}
    >
      <div className={styles.form}>
        {phase === 'running' ? <ImportProgress transfer={transfer} /> : null}
        {phase === 'ended' && latest?.type === 'import-end' ? (
          <ImportReport fileName={latest.fileName} report={latest.report} />
        ) : null}
        {phase === 'cancelled' ? (
          <Note kind="info">{t('transfer.importCancelled', { count: takenOver(latest) })}</Note>
        ) : null}
        {transfer.error ? <Note kind="danger">{transfer.error.message}</Note> : null}
        {phase === 'idle' || phase === 'choosing' || phase === 'failed' ? <p>{t('transfer.importText')}</p> : null}
      </div>
    </Dialog>
  )
}

function ImportProgress({ transfer: { first, latest } }: { transfer: ImportTransfer }) {
  const sizeBytes = first?.type === 'import-start' ? first.sizeBytes : 0
  const readBytes = latest?.type === 'import-progress' ? latest.readBytes : 0
  return (
    <>
      <p className={styles.fileName}>{first?.type === 'import-start' ? first.fileName : ''}</p>
      <Progress label={t('transfer.importTitle')} value={sizeBytes > 0 ? readBytes / sizeBytes : null} />
      <p className={styles.muted} aria-live="polite">
        {t('transfer.ofTotal', { done: formatSize(readBytes), total: formatSize(sizeBytes) })} ·{' '}
        {t('transfer.conversations', { count: takenOver(latest) })}
      </p>
    </>
  )
}

function ImportReport({ fileName, report }: { fileName: string; report: Report }) {
  const { conversations, messages, problems } = report
  const counts = [
    ['imported', conversations.imported],
    ['unchanged', conversations.unchanged],
    ['copied', conversations.copied],
    ['skipped', conversations.skipped],
  ] as const
  const clean = conversations.skipped === 0 && problems.length === 0
  return (
    <>
      <Note kind={clean ? 'success' : 'info'}>
        <p className={styles.fileName}>{fileName}</p>
        <p>{t('transfer.messages', { count: messages })}</p>
      </Note>
      <dl className={styles.counts}>
        {counts.map(([name, count]) => (
          <div key={name} className={styles.count}>
            <dt>
              {t(`transfer.report.${name}`)}
              <span className={styles.muted}>{t(`transfer.report.${name}Hint`)}</span>
            </dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
      {problems.length > 0 ? <Problems problems={problems} /> : null}
    </>
  )
}

const SHOWN_PROBLEMS = 200

function Problems({ problems }: { problems: Report['problems'] }) {
  return (
    <section className={styles.problems} aria-label={t('transfer.problems')}>
      <h3>{t('transfer.problemCount', { count: problems.length })}</h3>
      <ul className={styles.problemList}>
        {problems.slice(0, SHOWN_PROBLEMS).map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list in which equal lines may repeat.
          <li key={index}>
            <strong dir="auto">{problem.conversation}</strong> {problem.message}
          </li>
        ))}
      </ul>
    </section>
  )
}

interface ImportActionsProps {
  phase: ImportTransfer['phase']
  run: () => void
  cancel: () => void
  close: () => void
}

function ImportActions({ phase, run, cancel, close }: ImportActionsProps) {
  if (phase === 'running') return <Button onClick={cancel}>{t('common.cancel')}</Button>
  const finished = phase === 'ended' || phase === 'cancelled'
  return (
    <>
      <Button look={finished ? 'primary' : 'plain'} onClick={close}>
        {finished ? t('common.close') : t('common.cancel')}
      </Button>
      {finished ? null : (
        <Button look="primary" disabled={phase === 'choosing'} onClick={run}>
          {t('transfer.chooseFile')}
        </Button>
      )}
    </>
  )
}

function takenOver(part: StreamPart<'transfer.import'> | null): number {
  return part?.type === 'import-progress' ? part.conversations : 0
}
