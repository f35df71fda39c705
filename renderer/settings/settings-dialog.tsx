import { Tabs } from '@base-ui/react/tabs'
import {
  ArrowLeftRight,
  Info,
  Keyboard,
  type LucideIcon,
  MessagesSquare,
  Network,
  Server,
  Shield,
  SunMoon,
} from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { EndpointsSection } from '../endpoints/endpoints-section.tsx'
import { t } from '../i18n/i18n.ts'
import { NetworkSection } from '../network/network-section.tsx'
import type { SettingsSection } from '../shell/dialogs.ts'
import { Dialog } from '../ui/dialog.tsx'
import { AboutSection } from './about-section.tsx'
import { AppearanceSection } from './appearance-section.tsx'
import { ConversationSection } from './conversation-section.tsx'
import { KeyboardSection } from './keyboard-section.tsx'
import { PrivacySection } from './privacy-section.tsx'
import styles from './settings-dialog.module.css'
import { TransferSection } from './transfer-section.tsx'

export interface SectionProps {
  /** Goes to another section. */
  onShow: (section: SettingsSection) => void
}

const sections: readonly { name: SettingsSection; icon: LucideIcon; content: (props: SectionProps) => ReactNode }[] = [
  { name: 'endpoints', icon: Server, content: EndpointsSection },
  { name: 'network', icon: Network, content: NetworkSection },
  { name: 'conversations', icon: MessagesSquare, content: ConversationSection },
  { name: 'appearance', icon: SunMoon, content: AppearanceSection },
  { name: 'keyboard', icon: Keyboard, content: KeyboardSection },
  { name: 'privacy', icon: Shield, content: PrivacySection },
  { name: 'transfer', icon: ArrowLeftRight, content: TransferSection },
  { name: 'about', icon: Info, content: AboutSection },
]

interface SettingsDialogProps {
  section: SettingsSection
  onClose: () => void
}

/** All settings, one section at a time; each saves itself. */
export function SettingsDialog({ section, onClose }: SettingsDialogProps) {
  const [current, setCurrent] = useState(section)
  return (
    <Dialog open onClose={onClose} size="large" title={t('settings.title')} flush>
      <Tabs.Root
        orientation="vertical"
        className={styles.layout}
        value={current}
        onValueChange={(next: SettingsSection) => setCurrent(next)}
      >
        <Tabs.List className={styles.nav} activateOnFocus>
          {sections.map(({ name, icon: Icon }) => (
            <Tabs.Tab key={name} value={name} className={styles.tab}>
              <Icon aria-hidden />
              {t(`settings.section.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {sections.map(({ name, content: Content }) => (
          <Tabs.Panel key={name} value={name} className={styles.panel}>
            <h2 className={styles.heading}>{t(`settings.section.${name}`)}</h2>
            <Content onShow={setCurrent} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Dialog>
  )
}
