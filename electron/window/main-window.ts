import path from 'node:path'
import { app, BrowserWindow, dialog, nativeTheme, screen, session } from 'electron'
import { text } from '../i18n.ts'
import { log } from '../log.ts'
import type { PreferenceStore } from '../preferences/preferences.ts'
import { APP_ORIGIN, serveApp } from './app-protocol.ts'
import { showContextMenu } from './context-menu.ts'
import { lockDownSession } from './lock-down.ts'
import { MINIMUM_SIZE, placeWindow } from './window-place.ts'

interface WindowOptions {
  preferences: PreferenceStore
  /** Folder of the built main bundle; the preload lies beside it and the window's files in `../renderer`. */
  bundleFolder: string
  /** Development only: origin of the hot-reloading server. */
  devOrigin: string | undefined
}

/** In memory only: nothing that Chromium might keep of a page reaches the disk. */
const PARTITION = 'alcove-window'

/** A page that crashes again this soon would do so for ever. */
const CRASH_LOOP_MS = 10_000

/** Opens the one window. Its page is sandboxed, isolated, without Node, without network and without storage. */
export function createMainWindow({ preferences, bundleFolder, devOrigin }: WindowOptions): BrowserWindow {
  const pageSession = session.fromPartition(PARTITION)
  lockDownSession(pageSession, devOrigin ? [devOrigin, devOrigin.replace(/^http/, 'ws')] : [])
  if (!pageSession.protocol.isProtocolHandled('app')) serveApp(pageSession, path.join(bundleFolder, '..', 'renderer'))

  const place = preferences.getWindowPlace()
  const window = new BrowserWindow({
    ...placeWindow(
      place,
      screen.getAllDisplays().map((display) => display.workArea),
    ),
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    show: false,
    title: 'Alcove',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#111517' : '#f8fbfb',
    titleBarStyle: process.platform === 'darwin' ? 'hiddenInset' : 'default',
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.join(bundleFolder, 'preload.cjs'),
      session: pageSession,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // Text goes on arriving while the window is hidden; painting follows a slow timer then.
      backgroundThrottling: true,
    },
  })
  if (place?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('page-title-updated', (event) => event.preventDefault())
  rememberPlace(window, preferences)
  window.webContents.on('context-menu', (_event, parameters) => showContextMenu(window, parameters))
  reloadAfterCrash(window)
  void window.loadURL(devOrigin ? `${devOrigin}/` : `${APP_ORIGIN}/index.html`)
  return window
}

/** Replies belong to main and go on while the page is gone; a fresh page picks them up again. */
function reloadAfterCrash(window: BrowserWindow): void {
  let lastCrash = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.info(`window process gone: ${reason}`)
    if (reason === 'clean-exit' || window.isDestroyed()) return
    const isAgain = performance.now() - lastCrash < CRASH_LOOP_MS
    lastCrash = performance.now()
    if (!isAgain) return window.webContents.reload()
    const question = {
      type: 'error' as const,
      message: text('dialogs.windowCrashed'),
      detail: text('dialogs.windowCrashedDetail'),
      buttons: [text('dialogs.tryAgain'), text('dialogs.quit')],
      cancelId: 1,
    }
    void dialog.showMessageBox(window, question).then(({ response }) => {
      if (response === 0) window.webContents.reload()
      else app.quit()
    })
  })
}

function rememberPlace(window: BrowserWindow, preferences: PreferenceStore): void {
  let timer: NodeJS.Timeout | undefined
  const save = () => {
    clearTimeout(timer)
    if (window.isDestroyed() || window.isMinimized()) return
    preferences.setWindowPlace({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  }
  const saveSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(save, 500)
  }
  window.on('resize', saveSoon)
  window.on('move', saveSoon)
  window.on('close', save)
}
