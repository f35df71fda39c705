import type { BrowserWindow } from 'electron'
import type { PushName, PushPayload } from '../../shared/contract-types.ts'

let target: () => BrowserWindow | undefined = () => undefined

/** Says which window hears the news. */
export function setPushTarget(getWindow: () => BrowserWindow | undefined): void {
  target = getWindow
}

/** Announces news to the window; without a window nobody needs to hear it. */
export function push<N extends PushName>(name: N, payload: PushPayload<N>): void {
  const window = target()
  if (window && !window.isDestroyed() && !window.webContents.isCrashed()) window.webContents.send('push', name, payload)
}
