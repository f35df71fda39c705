/** What a recovery code is good for: showing it, and opening the history with it. */
import type { BrowserWindow } from 'electron'
import { AppError } from '../../../shared/errors.ts'
import type { KeyStore } from '../key-store.ts'
import { fromRecoveryCode } from './recovery-code.ts'
import { askForRecoveryFile, askToChangeKey, showRecoveryCode } from './recovery-dialogs.ts'

interface Opener {
  /** Rejects with `history-key-wrong` when the key does not fit, and then nothing has changed. */
  openWithKey(key: Buffer): Promise<void>
}

let isAsking = false

/** One box at a time: a page that was taken over must not bury the person in them. @throws AppError `conflict` */
async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  if (isAsking) throw new AppError('conflict', 'A question of Alcove is open already. Answer that one first.')
  isAsking = true
  try {
    return await work()
  } finally {
    isAsking = false
  }
}

/** Shows the code of the open history; true when the person has it safe now. @throws AppError `history-unavailable` */
export async function showCode(window: BrowserWindow | undefined, keys: KeyStore): Promise<boolean> {
  const key = keys.currentHistoryKey()
  if (!key) throw new AppError('history-unavailable', 'Your history is not open. Open it first, then try again.')
  return await alone(() => showRecoveryCode(window, key))
}

/** Opens the history with a typed code. @throws AppError `recovery-code-wrong`, `recovery-code-other` and as `openWithKey` */
export async function openWithCode(opener: Opener, code: string): Promise<void> {
  await openWith(opener, fromRecoveryCode(code))
}

/** The same with a file that the person chooses; nothing happens when none is chosen. */
export async function openWithFile(opener: Opener, window: BrowserWindow | undefined): Promise<void> {
  const key = await alone(() => askForRecoveryFile(window))
  if (key) await openWith(opener, key)
}

interface KeyChanger {
  open(): { history: { opened: { readOnly: boolean } }; replies: { count(): number } }
  changeKey(): Promise<{ backupsUnderFormerKey: number }>
}

/** Asks, then changes the key. @throws AppError `conflict` while a reply is written, or why the change failed */
export async function askAndChangeKey(alcove: KeyChanger, window: BrowserWindow | undefined) {
  refuseWhileBusy(alcove)
  if (!(await alone(() => askToChangeKey(window)))) return { changed: false, backups: 0 }
  refuseWhileBusy(alcove)
  const { backupsUnderFormerKey } = await alcove.changeKey()
  return { changed: true, backups: backupsUnderFormerKey }
}

function refuseWhileBusy(alcove: KeyChanger): void {
  const { history, replies } = alcove.open()
  if (history.opened.readOnly) {
    throw new AppError('history-read-only', 'Your history can only be read here, so its key cannot be changed.')
  }
  if (replies.count() > 0) {
    throw new AppError('conflict', 'A reply is still being written. Wait for it or stop it, then change the key.')
  }
}

async function openWith(opener: Opener, key: Buffer): Promise<void> {
  try {
    await opener.openWithKey(key)
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'history-key-wrong') throw cause
    throw new AppError(
      'recovery-code-other',
      'This recovery code is whole, but it belongs to another history, or to this one before its key was changed. Nothing was changed.',
      { cause },
    )
  }
}
