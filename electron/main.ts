// Start-up order only: refusals, paths, window, history, handlers.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from 'electron'
import { parseCommand } from './headless/parse-command.ts'
import { runHeadless } from './headless/run-headless.ts'
import { borrowHome } from './lifecycle/borrowed-home.ts'
import { preferRealKeyring } from './lifecycle/choose-keyring.ts'
import { refuseDebugging } from './lifecycle/refuse-debugging.ts'
import { startAlcove } from './lifecycle/start.ts'
import { openLog } from './log.ts'
import { registerAppScheme } from './window/app-protocol.ts'
import { lockDownContents } from './window/lock-down.ts'

refuseDebugging()
// Forcing it would end every child process where a developer, as root, had to switch it off.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
// Whatever is written from here on, by us or by Chromium, is for its owner only.
process.umask(0o077)
registerAppScheme()
lockDownContents()
preferRealKeyring()

const dataFolder = app.getPath('userData')
const borrowed = borrowHome(dataFolder)
if (borrowed) app.setPath('userData', borrowed)
// What Chromium itself keeps stays apart from what is the person's.
const chromiumFolder = path.join(borrowed ?? dataFolder, 'chromium')
mkdirSync(chromiumFolder, { recursive: true })
app.setPath('sessionData', chromiumFolder)
const command = parseCommand(process.argv, process.cwd())
// What a command writes to its output is its report alone.
openLog(path.join(dataFolder, 'logs', 'alcove.log'), !(app.isPackaged || command))

const folders = { dataFolder, bundleFolder: path.dirname(fileURLToPath(import.meta.url)) }
if (command) runHeadless(command, folders)
// A second start hands over to the first and must leave at once: an ordinary quit can hang on a locked keyring.
else if (!app.requestSingleInstanceLock()) app.exit(0)
else startAlcove(folders)
