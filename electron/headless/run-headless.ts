/** Alcove without a window: one command, its report on stdout, an exit code. */
import { spawnSync } from 'node:child_process'
import { writeSync } from 'node:fs'
import path from 'node:path'
import { app, safeStorage } from 'electron'
import { createKeyStore } from '../keys/key-store.ts'
import { openSystemKeyring } from '../keys/system-keyring.ts'
import { log } from '../log.ts'
import { runCommand } from './commands.ts'
import type { Place } from './open-reader.ts'
import { type Command, type ParsedCommand, USAGE } from './parse-command.ts'
import { EXIT } from './result.ts'

interface Folders {
  dataFolder: string
  bundleFolder: string
}

/** What a start without a window hands to an Alcove that is open, which then stays as it is. */
const HEADLESS_START = { headless: true }

/** Ends the process when the command is done. Must be called before the app is ready. */
export function runHeadless(parsed: ParsedCommand, folders: Folders): void {
  if (!parsed.ok) {
    write(1, { command: null, ok: false, error: { code: 'usage', message: parsed.mistake } })
    writeSync(2, `${parsed.mistake}\n\n${USAGE}`)
    process.exit(EXIT.usage)
  }
  if (isWithoutDisplay()) process.exit(startWithoutDisplay())
  app.disableHardwareAcceleration()
  app.dock?.hide()
  void app.whenReady().then(() => perform(parsed.command, folders))
}

async function perform(command: Command, folders: Folders): Promise<void> {
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Electron put its own there, which would end the app in the middle.
    process.removeAllListeners(signal)
    process.on(signal, () => cancel.abort())
  }
  const lock = singleInstance()
  const keyring = openSystemKeyring(safeStorage, async () => undefined)
  const place: Place = {
    ...folders,
    nativeBinding: app.isPackaged ? undefined : process.env.ALCOVE_SQLITE_ADDON,
    keys: createKeyStore(path.join(folders.dataFolder, 'keys.json'), keyring, { mayKeepInFile: async () => false }),
    takeLock: lock.take,
  }
  const isWatched = process.stderr.isTTY
  const onProgress = (line: string) => {
    if (isWatched) writeSync(2, `\r\u001b[K${line}`)
  }
  const { report, sentence, exitCode } = await runCommand(command, place, { signal: cancel.signal, onProgress })
  log.info(`--${command.name} ended with ${exitCode}`)
  write(1, report)
  writeSync(2, `${isWatched ? '\r\u001b[K' : ''}${sentence}\n`)
  lock.openIfAsked()
  app.exit(exitCode)
}

/** A person who starts Alcove while the history is written here gets the window as soon as that is done. */
function singleInstance() {
  let asked: string[] | undefined
  return {
    take(): boolean {
      app.on('second-instance', (_event, argv, _folder, data) => {
        if (!isHeadlessStart(data)) asked = argv.slice(1)
      })
      return app.requestSingleInstanceLock(HEADLESS_START)
    },
    openIfAsked(): void {
      if (asked) app.relaunch({ args: asked })
    },
  }
}

/** Of what a second start handed over. */
export function isHeadlessStart(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'headless' in data && data.headless === true
}

/** On Linux Chromium needs a display even where it shows nothing, unless it is told at its very start. */
function isWithoutDisplay(): boolean {
  const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  return process.platform === 'linux' && !hasDisplay && !app.commandLine.hasSwitch('ozone-platform')
}

function startWithoutDisplay(): number {
  const args = ['--ozone-platform=headless', '--disable-gpu', ...process.argv.slice(1)]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? EXIT.failed
}

/** At once and whole: what a pipe has not taken yet would be lost with the process. */
function write(descriptor: number, report: object): void {
  const bytes = Buffer.from(`${JSON.stringify(report)}\n`)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') continue
      // Nobody reads it any more; the exit code still tells.
      return
    }
  }
}
