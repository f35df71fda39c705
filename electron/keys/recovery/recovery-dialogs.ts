/** The recovery code as main shows, saves and reads it: it is never in the window's page. */
import { chmod, open, writeFile } from 'node:fs/promises'
import {
  type BrowserWindow,
  clipboard,
  dialog,
  type MessageBoxOptions,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron'
import { AppError } from '../../../shared/errors.ts'
import { text } from '../../i18n.ts'
import { findRecoveryCode, toRecoveryCode } from './recovery-code.ts'

const CLIPBOARD_MS = 2 * 60_000

/** A file with a code in it is a few hundred bytes; more than this is some other file. */
const MOST_BYTES = 64 * 1024

const LINE_CHARACTERS = 25

/** Shows the code in a box of the system until it is closed. True when the person has saved it or says to have it. */
export async function showRecoveryCode(window: BrowserWindow | undefined, key: Uint8Array): Promise<boolean> {
  const code = toRecoveryCode(key)
  let isKept = false
  for (;;) {
    const options: MessageBoxOptions = {
      type: 'none',
      title: text('dialogs.recoveryTitle'),
      message: text('dialogs.recoveryMessage'),
      detail: `${inLines(code)}\n\n${text('dialogs.recoveryDetail')}`,
      buttons: [text('dialogs.recoverySave'), text('dialogs.recoveryCopy'), text('dialogs.close')],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
      checkboxLabel: text('dialogs.recoveryKept'),
      checkboxChecked: isKept,
    }
    const { response, checkboxChecked } = await ask(window, options)
    isKept = checkboxChecked
    if (response === 0 && (await saveCode(window, code))) return true
    if (response === 1) await copyForAWhile(code)
    if (response === 2) return isKept
  }
}

/** Asks for a file that a code was saved in; undefined when the person closes the question. */
export async function askForRecoveryFile(window: BrowserWindow | undefined): Promise<Buffer | undefined> {
  const options: OpenDialogOptions = {
    title: text('dialogs.recoveryOpen'),
    filters: [{ name: text('dialogs.textFiles'), extensions: ['txt'] }],
    properties: ['openFile'],
  }
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  const path = filePaths[0]
  return canceled || !path ? undefined : findRecoveryCode(await readStart(path))
}

/** Whether the whole history may now be encrypted under another key. */
export async function askToChangeKey(window: BrowserWindow | undefined): Promise<boolean> {
  const options: MessageBoxOptions = {
    type: 'question',
    message: text('dialogs.changeKey'),
    detail: text('dialogs.changeKeyDetail'),
    buttons: [text('dialogs.changeKeyYes'), text('dialogs.cancel')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
  return (await ask(window, options)).response === 0
}

/** Whether the key may rest in a file where it was in a keyring before. */
export async function askToKeepInFile(window: BrowserWindow | undefined): Promise<boolean> {
  const options: MessageBoxOptions = {
    type: 'question',
    message: text('dialogs.keepInFile'),
    detail: text('dialogs.keepInFileDetail'),
    buttons: [text('dialogs.keepInFileYes'), text('dialogs.keepInFileNo')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
  return (await ask(window, options)).response === 0
}

async function saveCode(window: BrowserWindow | undefined, code: string): Promise<boolean> {
  const options: SaveDialogOptions = {
    title: text('dialogs.recoveryTitle'),
    defaultPath: `${text('dialogs.recoveryFile')}.txt`,
    filters: [{ name: text('dialogs.textFiles'), extensions: ['txt'] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  }
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options))
  if (canceled || !filePath) return false
  try {
    await writePrivately(filePath, `${text('dialogs.recoveryText')}\n\n${inLines(code)}\n`)
    return true
  } catch {
    await ask(window, {
      type: 'warning',
      message: text('dialogs.recoveryNotSaved'),
      detail: text('dialogs.recoveryNotSavedDetail'),
      noLink: true,
    })
    return false
  }
}

/** For its owner only from the first byte on, also in the place of a file that others could read. */
async function writePrivately(path: string, content: string): Promise<void> {
  await chmod(path, 0o600).catch(() => undefined)
  await writeFile(path, content, { mode: 0o600, flush: true })
}

/** Long enough to paste it into a password store; then it is taken back unless something else was copied. */
async function copyForAWhile(code: string): Promise<void> {
  await clipboard.writeText(code)
  setTimeout(() => void takeBack(code), CLIPBOARD_MS).unref()
}

async function takeBack(code: string): Promise<void> {
  if ((await clipboard.readText()) === code) clipboard.clear()
}

async function readStart(path: string): Promise<string> {
  try {
    const handle = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES))
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw new AppError('recovery-code-wrong', 'This file cannot be read. Choose another one. Nothing was changed.', {
      cause,
    })
  }
}

/** Five groups to a line, as they are easy to compare with paper. */
function inLines(code: string): string {
  const lines = code.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? []
  return lines.map((line) => line.replace(/-$/, '')).join('\n')
}

function ask(window: BrowserWindow | undefined, options: MessageBoxOptions) {
  return window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options)
}
