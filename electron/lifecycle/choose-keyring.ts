import { app } from 'electron'

/**
 * On Linux desktops that Chromium does not know it picks `basic_text`, a fixed password, without ever asking for the
 * Secret Service that most of them offer: that one is tried first. Must run before the app is ready.
 */
export function preferRealKeyring(): void {
  if (process.platform !== 'linux' || app.commandLine.hasSwitch('password-store')) return
  const desktop = (process.env.XDG_CURRENT_DESKTOP ?? '').toLowerCase()
  if (!desktop.includes('kde')) app.commandLine.appendSwitch('password-store', 'gnome-libsecret')
}
