import { t } from '../../i18n/i18n.ts'
import type { Group } from './group-conversations.ts'
import styles from './sidebar-list.module.css'

/** The heading of a group; months name their year once it is not this one. */
export function GroupHeading({ group }: { group: Group }) {
  return <h2 className={styles.heading}>{groupLabel(group)}</h2>
}

function groupLabel(group: Group): string {
  if (group.name !== 'month') return t(`sidebar.group.${group.name}`)
  const month = new Date(group.start)
  const sameYear = month.getFullYear() === new Date().getFullYear()
  return new Intl.DateTimeFormat(undefined, sameYear ? { month: 'long' } : { month: 'long', year: 'numeric' }).format(
    month,
  )
}
