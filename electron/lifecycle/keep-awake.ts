import { powerSaveBlocker } from 'electron'

let blocker: number | undefined

/** Keeps the computer from going to sleep while replies are being received; a slow model may take an hour. */
export function keepAwakeWhile(replyCount: number): void {
  if (replyCount > 0) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
  else if (blocker !== undefined) {
    powerSaveBlocker.stop(blocker)
    blocker = undefined
  }
}
