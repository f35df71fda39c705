import { type BrowserWindow, type ContextMenuParams, clipboard, Menu, type MenuItemConstructorOptions } from 'electron'
import { text } from '../i18n.ts'
import { log } from '../log.ts'
import { checkLink } from './check-link.ts'
import { openLink } from './open-link.ts'

/** The native menu for text fields, selected text and links; elsewhere none. */
export function showContextMenu(window: BrowserWindow, parameters: ContextMenuParams): void {
  const items = contextMenuItems(parameters)
  if (items.length > 0) Menu.buildFromTemplate(items).popup({ window })
}

/** What the menu offers at a place of the page. */
export function contextMenuItems(parameters: ContextMenuParams): MenuItemConstructorOptions[] {
  const { editFlags, isEditable, linkURL, selectionText } = parameters
  const groups: MenuItemConstructorOptions[][] = []
  // Links of the conversation carry their address in the page as an ordinary href.
  if (linkURL && checkLink(linkURL)) {
    groups.push([
      { label: text('menu.openLink'), click: () => withoutWaiting(openLink(linkURL), 'opening a link') },
      { label: text('menu.copyLink'), click: () => withoutWaiting(clipboard.writeText(linkURL), 'copying a link') },
    ])
  }
  if (isEditable) {
    groups.push([
      { role: 'undo', enabled: editFlags.canUndo },
      { role: 'redo', enabled: editFlags.canRedo },
    ])
    groups.push([
      { role: 'cut', enabled: editFlags.canCut },
      { role: 'copy', enabled: editFlags.canCopy },
      { role: 'paste', enabled: editFlags.canPaste },
      { role: 'pasteAndMatchStyle', enabled: editFlags.canPaste },
    ])
    groups.push([{ role: 'selectAll', enabled: editFlags.canSelectAll }])
  } else if (selectionText.trim() !== '') {
    groups.push([{ role: 'copy' }, { role: 'selectAll' }])
  }
  return groups.flatMap((group, index) => (index === 0 ? group : [{ type: 'separator' as const }, ...group]))
}

/** A menu waits for nothing; older Electron versions copy at once and return nothing. */
function withoutWaiting(work: Promise<unknown> | undefined, what: string): void {
  work?.catch((error: unknown) => log.exception(what, error))
}
