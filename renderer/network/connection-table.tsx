import { useState } from 'react'
import type { CallOutput } from '../../shared/contract-types.ts'
import type { NetworkConnection } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { keyboardScrollable } from '../markdown/keyboard-scrollable.ts'
import settingsStyles from '../settings/settings.module.css'
import { formatCount, formatSize } from '../transfer/format-size.ts'
import { Button } from '../ui/button.tsx'
import styles from './network.module.css'

/** Drawn at first; all of them, twice a second while a reply is written, would be felt. */
const ROWS = 50

/** Every connection, the newest first, with what all of them carried on top. */
export function ConnectionTable({ log }: { log: CallOutput<'network.list'> }) {
  const [showsAll, setShowsAll] = useState(false)
  const { connections, total, sentBytes, receivedBytes } = log
  if (total === 0) return <p className={styles.empty}>{t('network.empty')}</p>
  const shown = showsAll ? connections : connections.slice(0, ROWS)
  return (
    <>
      <dl className={styles.totals}>
        <Total name={t('network.connections')} value={formatCount(total)} />
        <Total name={t('network.sent')} value={formatSize(sentBytes)} />
        <Total name={t('network.received')} value={formatSize(receivedBytes)} />
      </dl>
      <section className={styles.scroller} aria-label={t('network.table')} {...keyboardScrollable}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('network.time')}</th>
              <th scope="col">{t('network.host')}</th>
              <th scope="col">{t('network.purposeColumn')}</th>
              <th scope="col" className={styles.number}>
                {t('network.sent')}
              </th>
              <th scope="col" className={styles.number}>
                {t('network.received')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((connection) => (
              <ConnectionRow key={connection.id} connection={connection} />
            ))}
          </tbody>
        </table>
      </section>
      {shown.length < connections.length ? (
        <div>
          <Button onClick={() => setShowsAll(true)}>
            {t('network.showAll', { shown: formatCount(connections.length) })}
          </Button>
        </div>
      ) : null}
      {total > connections.length && showsAll ? (
        <p className={settingsStyles.muted}>{t('network.older', { kept: formatCount(connections.length) })}</p>
      ) : null}
    </>
  )
}

function Total({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function ConnectionRow({ connection }: { connection: NetworkConnection }) {
  const { startedAt, host, address, endpointName, purpose, outcome, sentBytes, receivedBytes } = connection
  return (
    <tr>
      <td className={styles.time}>{clock.format(startedAt)}</td>
      <td className={styles.host}>
        <span>{host}</span>
        <span className={settingsStyles.muted} dir="auto">
          {[endpointName ?? t('network.notSaved'), addressText(host, address)].filter(Boolean).join(' · ')}
        </span>
      </td>
      <td className={styles.purpose}>
        <span>{t(`network.purpose.${purpose}`)}</span>
        <span className={settingsStyles.muted} data-outcome={outcome}>
          {t(`network.outcome.${outcome}`)}
        </span>
      </td>
      <td className={styles.number}>{formatSize(sentBytes)}</td>
      <td className={styles.number}>{formatSize(receivedBytes)}</td>
    </tr>
  )
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** Said only where it tells more than the host does. */
function addressText(host: string, address: string | null): string {
  if (address === null) return t('network.notConnected')
  return host === address || host.startsWith(`${address}:`) || host.startsWith(`[${address}]`) ? '' : address
}
