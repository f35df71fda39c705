// A session bus with an unlocked keyring of its own, for tests of stored secrets on Linux.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export type Keyring = {
  /** For the environment of the app; with `keyringArguments` on its command line. */
  env: Record<string, string>
  /** Of the daemon that keeps the secrets. */
  pid: number
  stop(): Promise<void>
}

export const keyringArguments = ['--password-store=gnome-libsecret']

/**
 * Starts the bus and the keyring, kept in `home` so that a second start finds the same secrets. With another password it
 * stays locked; without a display it cannot even ask for the right one, and says so at once.
 */
export async function startKeyring(home: string, password = 'test', canAsk = true): Promise<Keyring> {
  const runtimeFolder = mkdtempSync(join(tmpdir(), 'alcove-bus-'))
  const own = { ...process.env, HOME: home, XDG_RUNTIME_DIR: runtimeFolder, XDG_DATA_HOME: join(home, '.local/share') }
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...own, DISPLAY: canAsk ? process.env.DISPLAY : undefined },
  })
  const [address] = await once(bus.stdio[3] as Readable, 'data')
  const env = {
    ...own,
    DBUS_SESSION_BUS_ADDRESS: String(address).trim(),
    XDG_CURRENT_DESKTOP: 'GNOME',
    // Nothing else is to be started on this bus: neither the accessibility bridge nor a portal has a desktop here.
    NO_AT_BRIDGE: '1',
    GTK_USE_PORTAL: '0',
  }
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env,
  })
  keyring.stdin.end(`${password}\n`)
  await waitUntilServed(env)
  return {
    env: env as Record<string, string>,
    pid: keyring.pid ?? 0,
    stop: async () => {
      await Promise.all([keyring, bus].map(endGroup))
      rmSync(runtimeFolder, { recursive: true, force: true })
    },
  }
}

/** The daemon says nothing when it is ready; the bus knows. */
async function waitUntilServed(env: NodeJS.ProcessEnv): Promise<void> {
  const question = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/',
    'org.freedesktop.DBus.NameHasOwner',
  ]
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = spawnSync('dbus-send', [...question, 'string:org.freedesktop.secrets'], { env, encoding: 'utf8' })
    if (answer.stdout?.includes('boolean true')) return
    await sleep(100)
  }
  throw new Error('The keyring was not there within 10 s')
}

async function endGroup(daemon: ChildProcess): Promise<void> {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
  const exited = once(daemon, 'exit')
  process.kill(-daemon.pid, 'SIGTERM')
  await exited
}
