import { Check, CircleHelp, Minus } from 'lucide-react'
import { useState } from 'react'
import type { Capability } from '../../../shared/record-types.ts'
import { t } from '../../i18n/i18n.ts'
import { relativeTime } from '../../shell/relative-time.ts'
import { capabilityLine, capabilityNames } from './capability-words.ts'
import styles from './report.module.css'

const icons = { yes: Check, no: Minus, fact: null, unknown: CircleHelp }

/** One row for each thing that can be known of a model, also for what is not. */
export function CapabilityList({ capabilities }: { capabilities: readonly Capability[] }) {
  const [now] = useState(Date.now)
  return (
    <dl className={styles.list} aria-label={t('capabilities.title')}>
      {capabilityNames.map((name) => (
        <CapabilityRow
          key={name}
          name={name}
          now={now}
          capability={capabilities.find((known) => known.name === name)}
        />
      ))}
    </dl>
  )
}

interface CapabilityRowProps {
  name: (typeof capabilityNames)[number]
  capability: Capability | undefined
  now: number
}

function CapabilityRow({ name, capability, now }: CapabilityRowProps) {
  const { title, value, meaning, state } = capabilityLine(name, capability)
  const Icon = icons[state]
  return (
    <div className={styles.row} data-state={state} data-capability={name}>
      <dt className={styles.words}>
        <span className={styles.title}>{title}</span>
        <span className={styles.muted}>{meaning}</span>
      </dt>
      <dd className={styles.value}>
        <span className={styles.fact}>
          {Icon ? <Icon aria-hidden /> : null}
          {value}
        </span>
        {capability ? (
          <span className={styles.muted}>
            {t('capabilities.known', {
              source: t(`capabilities.source.${capability.source}`),
              when: relativeTime(capability.at, now),
            })}
          </span>
        ) : null}
      </dd>
    </div>
  )
}
