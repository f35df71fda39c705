import { type BrowserWindow, dialog, shell } from 'electron'
import type { StreamInput, StreamPart } from '../../shared/contract-types.ts'
import type { History } from '../history/history.ts'
import { text } from '../i18n.ts'
import type { BulkWorker } from './bulk.ts'
import { findFormat } from './formats.ts'

let lastExport: string | undefined

/** Asks where to save, then writes there. Ends without a part when the person closes the dialog. */
export async function* askAndExport(
  window: BrowserWindow | undefined,
  { history, bulk }: { history: History; bulk: () => BulkWorker },
  { scope, format, compact }: StreamInput<'transfer.export'>,
  signal: AbortSignal,
): AsyncGenerator<StreamPart<'transfer.export'>> {
  const { extension } = findFormat(format)
  const only =
    scope.type === 'conversations' && scope.conversationIds.length === 1 ? scope.conversationIds[0] : undefined
  const name = only ? (await history.getConversation({ conversationId: only })).title : text('dialogs.wholeHistory')
  const options = {
    title: text('dialogs.exportTitle'),
    defaultPath: `${toFileName(name)}.${extension}`,
    filters: [{ name: text('dialogs.jsonFiles'), extensions: [extension] }],
    // Linux does not ask by itself before a file is replaced.
    properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const],
  }
  const chosen = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options))
  if (chosen.canceled || !chosen.filePath) return
  for await (const part of bulk().exportTo({ path: chosen.filePath, scope, format, compact, signal })) {
    if (part.type === 'export-end') lastExport = chosen.filePath
    yield part
  }
}

/** Shows the file that was exported last in the system's file manager. */
export function showExportedFile(): void {
  if (lastExport) shell.showItemInFolder(lastExport)
}

/** A title as a file name that every system takes: no separators, control or reserved characters, at most 80 long. */
export function toFileName(title: string): string {
  const name = title
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not stand in a file name
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  const short = Array.from(name).slice(0, 80).join('').trimEnd()
  return short === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(short) ? 'Conversation' : short
}
