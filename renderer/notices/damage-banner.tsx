import { DatabaseZap } from 'lucide-react'
import { t } from '../i18n/i18n.ts'
import { useAppState } from '../shell/app-state.ts'
import { offerSalvage } from '../shell/pages/salvage-state.ts'
import { Button } from '../ui/button.tsx'
import styles from './read-only-banner.module.css'

/** Stays while the open history is known to be damaged. */
export function DamageBanner() {
  const damage = useAppState(({ state }) => (state?.history.state === 'open' ? state.history.damage : null))
  if (!damage) return null
  return (
    <div className={styles.banner}>
      <DatabaseZap aria-hidden />
      <output className={styles.words}>
        {damage.messages > 0 ? t('salvage.banner', { count: damage.messages }) : t('salvage.bannerOther')}
      </output>
      <Button onClick={offerSalvage}>{t('salvage.offer')}</Button>
    </div>
  )
}
