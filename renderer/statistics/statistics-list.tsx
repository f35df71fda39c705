import type { CallOutput } from '../../shared/contract-types.ts'
import { t } from '../i18n/i18n.ts'
import { useServerData } from '../shell/use-server-data.ts'
import { formatCount, formatSize } from '../transfer/format-size.ts'
import styles from './statistics-list.module.css'

type Statistic = CallOutput<'statistics.get'>[number]
type StatisticName = 'statistics.conversations'

const NOTHING = {}

/** Numbers about the whole history, whichever main knows. Nothing is drawn until they are there. */
export function StatisticsList() {
  const { data } = useServerData('statistics.get', NOTHING, null)
  if (!data) return null
  return (
    <section>
      <h3>{t('statistics.label')}</h3>
      <dl className={styles.list}>
        {data.map((statistic) => (
          <div key={statistic.id} className={styles.line}>
            <dt>{t(`statistics.${statistic.id}` as StatisticName)}</dt>
            <dd>{format(statistic)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function format({ unit, value }: Statistic): string {
  return unit === 'bytes' ? formatSize(value) : formatCount(value)
}
