import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import type { PushPayload } from '../../shared/contract-types.ts'
import { text } from '../i18n.ts'
import { push } from '../ipc/push.ts'

type Command = PushPayload<'app.command'>['command']

/** The application menu. The window handles the shortcuts itself; the menu shows them and offers them to the mouse. */
export function setAppMenu(quit: () => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(quit)))
}

function menuTemplate(quit: () => void): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin'
  const quitItem: MenuItemConstructorOptions = { label: text('menu.quit'), accelerator: 'CmdOrCtrl+Q', click: quit }
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const appMenu: MenuItemConstructorOptions = {
    label: app.name,
    submenu: [
      { role: 'about' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      quitItem,
    ],
  }
  return [
    ...(isMac ? [appMenu] : []),
    {
      label: text('menu.file'),
      submenu: [
        command(text('menu.newConversation'), 'new-conversation', 'CmdOrCtrl+N'),
        separator,
        command(text('menu.export'), 'export', 'CmdOrCtrl+Shift+E'),
        command(text('menu.import'), 'import'),
        separator,
        command(text('menu.settings'), 'settings', 'CmdOrCtrl+,'),
        ...(isMac ? [] : [separator, quitItem]),
      ],
    },
    {
      label: text('menu.edit'),
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'pasteAndMatchStyle' },
        { role: 'delete' },
        separator,
        { role: 'selectAll' },
      ],
    },
    {
      label: text('menu.view'),
      submenu: [
        command(text('menu.toggleSidebar'), 'toggle-sidebar', 'CmdOrCtrl+B'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: text('menu.conversation'),
      submenu: [command(text('menu.rename'), 'rename', 'F2'), command(text('menu.stop'), 'stop')],
    },
    { role: 'windowMenu' },
  ]
}

function command(label: string, name: Command, accelerator?: string): MenuItemConstructorOptions {
  return {
    label,
    ...(accelerator ? { accelerator, registerAccelerator: false } : {}),
    click: () => push('app.command', { command: name }),
  }
}
