import { app } from 'electron'

/** Chromium switches that let another program read and drive the window; no fuse covers them. */
const SWITCHES = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-allow-origins', 'inspect', 'inspect-brk']

/** Ends a packaged app that was started with a debugging door open. Must be the first thing that main does. */
export function refuseDebugging(): void {
  if (!app.isPackaged || __ALCOVE_TEST_BUILD__) return
  const open = SWITCHES.find((name) => app.commandLine.hasSwitch(name))
  if (!open) return
  process.stderr.write(`Alcove does not start with --${open}: it would let other programs read your conversations.\n`)
  process.exit(1)
}
