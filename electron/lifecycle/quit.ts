import { app, type BrowserWindow, dialog, powerMonitor } from 'electron'
import { text } from '../i18n.ts'
import { log } from '../log.ts'
import type { HistoryHolder } from './open-history.ts'

interface QuitOptions {
  holder: HistoryHolder
  replyCount(): number
  window(): BrowserWindow | undefined
}

/** The system waits about this long for a program that is asked to end. */
const SAVE_LIMIT_MS = 1_800

/**
 * Ends the app in an orderly way: windows first (they hand over their drafts), then replies are saved as interrupted,
 * then the history is closed. Menu and shortcut ask first while a reply runs; signals and the end of the desktop session
 * cannot wait for an answer.
 */
export function prepareQuit({ holder, replyCount, window }: QuitOptions): { askAndQuit(): void } {
  let ending: Promise<void> | undefined

  const quit = (): Promise<void> => {
    ending ??= endOrderly().finally(() => app.exit(0))
    return ending
  }

  async function endOrderly(): Promise<void> {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, SAVE_LIMIT_MS))
    await Promise.race([save(), limit])
  }

  async function save(): Promise<void> {
    try {
      const open = window()
      if (open && !open.isDestroyed()) {
        const closed = new Promise<void>((resolve) => open.once('closed', () => resolve()))
        open.close()
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 300))])
      }
      await holder.close()
    } catch (error) {
      log.exception('quitting', error)
    }
  }

  async function askAndQuit(): Promise<void> {
    const open = window()
    if (replyCount() > 0 && !ending) {
      const options = {
        type: 'question' as const,
        message: text('dialogs.quitDuringReplies', { count: replyCount() }),
        detail: text('dialogs.quitDuringRepliesDetail'),
        buttons: [text('dialogs.quit'), text('dialogs.cancel')],
        defaultId: 1,
        cancelId: 1,
      }
      const { response } = await (open ? dialog.showMessageBox(open, options) : dialog.showMessageBox(options))
      if (response !== 0) return
    }
    await quit()
  }

  app.on('before-quit', (event) => {
    event.preventDefault()
    void askAndQuit()
  })
  app.on('window-all-closed', () => {
    if (ending || process.platform === 'darwin') return
    // A reply that is still being written keeps the process, without a window, until it is saved.
    void whenNoReplies(holder).then(() => {
      if (!window()) void quit()
    })
  })
  void app.whenReady().then(() => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) takeSignal(signal, () => void quit())
  })
  powerMonitor.on('shutdown', () => void quit())
  app.on('browser-window-created', (_event, created) => created.on('session-end', () => void quit()))
  return { askAndQuit: () => void askAndQuit() }
}

/**
 * Electron puts its own handlers for these signals in the place of Node's while it starts, and quits by the way that
 * asks. Only the first listener of a signal makes Node take it (back), so those that libraries left go first.
 */
function takeSignal(signal: NodeJS.Signals, handle: () => void): void {
  process.removeAllListeners(signal)
  process.on(signal, handle)
}

async function whenNoReplies(holder: HistoryHolder): Promise<void> {
  if (holder.state().state === 'open') await holder.get().replies.whenIdle()
}
