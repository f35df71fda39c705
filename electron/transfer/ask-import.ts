import { type BrowserWindow, dialog } from 'electron'
import type { StreamPart } from '../../shared/contract-types.ts'
import type { History } from '../history/history.ts'
import { text } from '../i18n.ts'
import { push } from '../ipc/push.ts'
import type { BulkWorker } from './bulk.ts'

/** Asks for a file, then imports it. Ends without a part when the person closes the dialog. */
export async function* askAndImport(
  window: BrowserWindow | undefined,
  { history, bulk }: { history: History; bulk: () => BulkWorker },
  signal: AbortSignal,
): AsyncGenerator<StreamPart<'transfer.import'>> {
  const options = {
    title: text('dialogs.importTitle'),
    properties: ['openFile' as const],
    filters: [{ name: text('dialogs.alcoveExports'), extensions: ['json'] }],
  }
  const chosen = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  const file = chosen.filePaths[0]
  if (chosen.canceled || file === undefined) return
  try {
    yield* bulk().importFrom({ path: file, signal, history })
  } finally {
    // Also after a cancel or a failure: whole conversations may have come in before it.
    push('conversations.changed', { conversationId: null })
    push('endpoints.changed', {})
  }
}
