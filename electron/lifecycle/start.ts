import path from 'node:path'
import { app, type BrowserWindow, nativeTheme, safeStorage, shell } from 'electron'
import type { AppState } from '../../shared/record-types.ts'
import { isHeadlessStart } from '../headless/run-headless.ts'
import { createCallHandlers, createStreamHandlers } from '../ipc/handlers.ts'
import { push, setPushTarget } from '../ipc/push.ts'
import { registerIpc } from '../ipc/register.ts'
import { changeHistoryKey } from '../keys/change-history-key.ts'
import { createKeyStore } from '../keys/key-store.ts'
import { askToKeepInFile } from '../keys/recovery/recovery-dialogs.ts'
import { openSystemKeyring } from '../keys/system-keyring.ts'
import { log } from '../log.ts'
import { watchConnections } from '../network/network-log.ts'
import { openPreferences } from '../preferences/preferences.ts'
import { salvageHistory } from '../salvage/salvage-history.ts'
import { setAppMenu } from '../window/app-menu.ts'
import { APP_ORIGIN } from '../window/app-protocol.ts'
import { isOwnPage } from '../window/lock-down.ts'
import { createMainWindow } from '../window/main-window.ts'
import { whenDrawn } from '../window/when-drawn.ts'
import type { Alcove } from './alcove.ts'
import { keepAwakeWhile, watchSleep } from './keep-awake.ts'
import { createHistoryHolder } from './open-history.ts'
import { prepareQuit } from './quit.ts'

interface Folders {
  dataFolder: string
  bundleFolder: string
}

/** Puts the parts together and opens the window as soon as Electron is ready. */
export function startAlcove({ dataFolder, bundleFolder }: Folders): void {
  const devOrigin = __ALCOVE_DEV__ ? process.env.ALCOVE_DEV_ORIGIN : undefined
  const preferences = openPreferences(dataFolder)
  let window: BrowserWindow | undefined
  const currentWindow = () => (window?.isDestroyed() ? undefined : window)
  let asksKeyring = false
  const keyring = openSystemKeyring(safeStorage, async () => {
    if (holder.state().state !== 'opening' || asksKeyring) return
    asksKeyring = true
    push('app.stateChanged', appState())
    await whenDrawn(currentWindow())
  })
  const keys = createKeyStore(path.join(dataFolder, 'keys.json'), keyring, {
    mayKeepInFile: () => askToKeepInFile(currentWindow()),
    onLateAnswer: () => {
      if (holder.state().state === 'failed') void holder.open()
    },
  })
  const place = {
    file: path.join(dataFolder, 'history.db'),
    nativeBinding: app.isPackaged ? undefined : process.env.ALCOVE_SQLITE_ADDON,
  }
  const changeKeyWorker = path.join(bundleFolder, 'change-key-worker.js')
  const holder = createHistoryHolder({
    ...place,
    keys,
    bundleFolder,
    onState: ({ state }) => {
      asksKeyring &&= state === 'opening'
      push('app.stateChanged', appState())
    },
    onReplyCount: keepAwakeWhile,
  })
  watchConnections(() => push('network.changed', {}))
  const appState = (): AppState => ({
    version: app.getVersion(),
    platform: process.platform as AppState['platform'],
    locale: app.getLocale(),
    history: withKeyring(holder.state(), asksKeyring),
    preferencesReset: preferences.wasReset,
  })
  const alcove: Alcove = {
    keys,
    preferences,
    holder,
    open: () => holder.get(),
    window: currentWindow,
    appState,
    changeKey: () => holder.whileClosed(() => changeHistoryKey({ ...place, keys, workerUrl: changeKeyWorker })),
    salvage: (signal) =>
      salvageHistory(
        { place: { ...place, workerUrl: path.join(bundleFolder, 'bulk-worker.js') }, keys, holder },
        signal,
      ),
    showDataFolder: () => void shell.openPath(dataFolder),
    applyTheme: () => {
      nativeTheme.themeSource = preferences.get().theme
    },
  }
  const replyCount = () => (holder.state().state === 'open' ? holder.get().replies.count() : 0)
  const { askAndQuit } = prepareQuit({ holder, replyCount, window: currentWindow })

  const showWindow = () => {
    const open = currentWindow()
    if (!open) window = createMainWindow({ preferences, bundleFolder, devOrigin })
    else {
      if (open.isMinimized()) open.restore()
      open.show()
      open.focus()
    }
  }
  app.on('second-instance', (_event, _argv, _folder, data) => {
    if (!isHeadlessStart(data)) showWindow()
  })
  app.on('activate', showWindow)

  registerIpc({
    calls: createCallHandlers(alcove),
    streams: createStreamHandlers(alcove),
    isTrusted: (event) => isOwnPage(event, currentWindow()?.webContents, devOrigin ? [devOrigin] : [APP_ORIGIN]),
  })
  setPushTarget(currentWindow)
  // Not awaited: an ES-module main that awaits `ready` at its top level never gets there.
  void app.whenReady().then(async () => {
    alcove.applyTheme()
    watchSleep()
    setAppMenu(askAndQuit)
    showWindow()
    await holder.open()
    log.info(`Alcove ${app.getVersion()}, Electron ${process.versions.electron}, history ${holder.state().state}`)
  })
}

function withKeyring(history: AppState['history'], asksKeyring: boolean): AppState['history'] {
  return history.state === 'opening' && asksKeyring ? { ...history, asksKeyring } : history
}
