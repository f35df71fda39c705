import { SettingsDialog } from '../settings/settings-dialog.tsx'
import { ExportDialog } from '../transfer/export-dialog.tsx'
import { ImportDialog } from '../transfer/import-dialog.tsx'
import { useDialogs } from './dialogs.ts'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'

/** The dialog that is open, if one is. */
export function OpenDialog() {
  const { open, close } = useDialogs()
  switch (open?.type) {
    case 'settings':
      return <SettingsDialog section={open.section} onClose={close} />
    case 'export':
      return <ExportDialog conversationId={open.conversationId} onClose={close} />
    case 'import':
      return <ImportDialog onClose={close} />
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />
    case undefined:
      return null
  }
}
