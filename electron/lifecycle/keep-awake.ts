import { powerMonitor, powerSaveBlocker } from 'electron'
import { noteResume, noteSuspend } from '../endpoint/stream/sleep.ts'

let blocker: number | undefined

/** Keeps the computer from going to sleep while replies are being received; a slow model may take an hour. */
export function keepAwakeWhile(replyCount: number): void {
  if (replyCount > 0) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
  else if (blocker !== undefined) {
    powerSaveBlocker.stop(blocker)
    blocker = undefined
  }
}

/** While the computer sleeps nobody can answer, so the clocks of replies stand still. Their text is saved as it comes. */
export function watchSleep(): void {
  powerMonitor.on('suspend', noteSuspend)
  powerMonitor.on('resume', noteResume)
}
