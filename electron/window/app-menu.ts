import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import type { PushPayload } from '../../shared/contract-types.ts'
import { push } from '../ipc/push.ts'

type Command = PushPayload<'app.command'>['command']

/** The application menu. The window handles the shortcuts itself; the menu shows them and offers them to the mouse. */
export function setAppMenu(quit: () => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(quit)))
}

function menuTemplate(quit: () => void): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin'
  const quitItem: MenuItemConstructorOptions = { label: 'Quit Alcove', accelerator: 'CmdOrCtrl+Q', click: quit }
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
      label: 'File',
      submenu: [
        command('New conversation', 'new-conversation', 'CmdOrCtrl+N'),
        separator,
        command('Export…', 'export', 'CmdOrCtrl+Shift+E'),
        command('Import…', 'import'),
        separator,
        command('Settings…', 'settings', 'CmdOrCtrl+,'),
        ...(isMac ? [] : [separator, quitItem]),
      ],
    },
    {
      label: 'Edit',
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
      label: 'View',
      submenu: [
        command('Show or hide the sidebar', 'toggle-sidebar', 'CmdOrCtrl+B'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: 'Conversation',
      submenu: [command('Rename', 'rename', 'F2'), command('Stop the reply', 'stop')],
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
