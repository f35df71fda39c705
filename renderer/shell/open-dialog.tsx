import { lazy, Suspense } from 'react'
import { type OpenDialog as Opened, useDialogs } from './dialogs.ts'

// Read from the disk when they are first opened, so that they do not slow the start.
const ExportDialog = lazy(async () => ({ default: (await import('../transfer/export-dialog.tsx')).ExportDialog }))
const ImportDialog = lazy(async () => ({ default: (await import('../transfer/import-dialog.tsx')).ImportDialog }))
const ReplySettingsDialog = lazy(async () => ({
  default: (await import('../reply-settings/reply-settings-dialog.tsx')).ReplySettingsDialog,
}))
const SettingsDialog = lazy(async () => ({ default: (await import('../settings/settings-dialog.tsx')).SettingsDialog }))
const ShortcutsDialog = lazy(async () => ({ default: (await import('./shortcuts-dialog.tsx')).ShortcutsDialog }))

/** The dialog that is open, if one is. */
export function OpenDialog() {
  const { open, close } = useDialogs()
  return <Suspense>{open ? <Content dialog={open} onClose={close} /> : null}</Suspense>
}

function Content({ dialog, onClose }: { dialog: Opened; onClose: () => void }) {
  switch (dialog.type) {
    case 'settings':
      return <SettingsDialog section={dialog.section} onClose={onClose} />
    case 'export':
      return <ExportDialog conversationId={dialog.conversationId} onClose={onClose} />
    case 'import':
      return <ImportDialog onClose={onClose} />
    case 'reply-settings':
      return <ReplySettingsDialog conversationId={dialog.conversationId} onClose={onClose} />
    case 'shortcuts':
      return <ShortcutsDialog onClose={onClose} />
  }
}
