// Start-up order only: refusals, paths, window, history, handlers.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from 'electron'
import { preferRealKeyring } from './lifecycle/choose-keyring.ts'
import { refuseDebugging } from './lifecycle/refuse-debugging.ts'
import { startAlcove } from './lifecycle/start.ts'
import { openLog } from './log.ts'
import { registerAppScheme } from './window/app-protocol.ts'
import { lockDownContents } from './window/lock-down.ts'

refuseDebugging()
app.enableSandbox()
registerAppScheme()
lockDownContents()
preferRealKeyring()

const dataFolder = app.getPath('userData')
mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
// What Chromium itself keeps stays apart from what is the person's.
app.setPath('sessionData', path.join(dataFolder, 'chromium'))
openLog(path.join(dataFolder, 'logs', 'alcove.log'), !app.isPackaged)

// A second start hands over to the first and must leave at once: an ordinary quit can hang on a locked keyring.
if (!app.requestSingleInstanceLock()) app.exit(0)
else startAlcove({ dataFolder, bundleFolder: path.dirname(fileURLToPath(import.meta.url)) })
