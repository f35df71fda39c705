import { app, type Session, type WebContents } from 'electron'
import { APP_ORIGIN } from './app-protocol.ts'
import { openLink } from './open-link.ts'

/** Everything of a page that could lead outside is refused, for every page this process will ever create. */
export function lockDownContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      void openLink(url)
      return { action: 'deny' }
    })
  })
  app.on('session-created', lockDownSession)
}

/**
 * No permission, no download, no device, and no request but for the app's own files. The empty language list keeps
 * Chromium from looking up a host for spelling dictionaries; the other switches for that do not (seen by strace).
 */
export function lockDownSession(session: Session, allowedOrigins: string[] = []): void {
  session.setSpellCheckerLanguages([])
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
  const allowed = [`${APP_ORIGIN}/`, 'devtools://', 'data:', 'blob:', ...allowedOrigins]
  session.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !allowed.some((prefix) => details.url.startsWith(prefix)) })
  })
}

/** Whether a message was sent by the main frame of `contents`, showing our own page. */
export function isOwnPage(
  event: { sender: WebContents; senderFrame: Electron.WebFrameMain | null },
  contents: WebContents | undefined,
  origins: string[],
): boolean {
  const frame = event.senderFrame
  if (!frame || !contents || event.sender !== contents || frame !== contents.mainFrame) return false
  return origins.some((origin) => frame.url === origin || frame.url.startsWith(`${origin}/`))
}
