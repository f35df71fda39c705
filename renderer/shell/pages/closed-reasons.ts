import {
  CircleAlert,
  DatabaseZap,
  FileClock,
  FileLock,
  HardDrive,
  Hourglass,
  KeyRound,
  Lock,
  type LucideIcon,
  Shuffle,
  Users,
} from 'lucide-react'
import type { ErrorCode } from '../../../shared/errors.ts'
import { t } from '../../i18n/i18n.ts'

interface ClosedReason {
  icon: LucideIcon
  title: string
}

/** How the page about a closed history looks for each reason; main's own sentence says the rest. */
export function closedReason(code: ErrorCode): ClosedReason {
  switch (code) {
    case 'history-key-missing':
    case 'keyring-unavailable':
      return { icon: KeyRound, title: t('history.title.keyMissing') }
    case 'history-key-wrong':
      return { icon: KeyRound, title: t('history.title.keyWrong') }
    case 'keyring-missing':
      return { icon: KeyRound, title: t('history.title.keyringMissing') }
    case 'keyring-locked':
      return { icon: Lock, title: t('history.title.keyringLocked') }
    case 'keyring-changed':
      return { icon: Shuffle, title: t('history.title.keyringChanged') }
    case 'keyring-wrong':
      return { icon: CircleAlert, title: t('history.title.keyringWrong') }
    case 'keyring-silent':
      return { icon: Hourglass, title: t('history.title.keyringSilent') }
    case 'history-from-newer-version':
      return { icon: FileClock, title: t('history.title.newer') }
    case 'history-corrupt':
      return { icon: DatabaseZap, title: t('history.title.damaged') }
    case 'history-read-only':
    case 'folder-read-only':
      return { icon: FileLock, title: t('history.title.readOnly') }
    case 'history-locked':
      return { icon: Users, title: t('history.title.locked') }
    case 'disk-full':
      return { icon: HardDrive, title: t('history.title.diskFull') }
    default:
      return { icon: DatabaseZap, title: t('history.title.closed') }
  }
}
