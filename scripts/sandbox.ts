// What Chromium's sandbox can stand on here.
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type SandboxBase = 'user-namespaces' | 'setuid' | 'none'
type Identity = { uid: number; gid: number }

const HELPER = 'chrome-sandbox'

/** The base of the sandbox of the Electron in `folder`, for the user who runs it. */
export function findSandboxBase(folder: string, identity?: Identity): SandboxBase {
  if (process.platform !== 'linux') return 'user-namespaces'
  if (!identity && process.getuid?.() === 0) return 'none'
  if (canUseNamespaces(identity)) return 'user-namespaces'
  return canGainPrivileges() && isSetuidRoot(join(folder, HELPER)) ? 'setuid' : 'none'
}

/** Switched off by kernels, containers and security profiles; asked for just as Chromium does. */
export function canUseNamespaces(identity?: Identity): boolean {
  return spawnSync('unshare', ['--user', '--pid', '--net', '--fork', 'true'], identity ?? {}).status === 0
}

/** The flags for opening the app itself. Only root goes without a sandbox; others are told how to get one. */
export function sandboxArguments(folder: string): string[] {
  if (findSandboxBase(folder) !== 'none') return []
  if (process.getuid?.() === 0) {
    console.log("Running as root: Chromium's sandbox is off. Run as an ordinary user to have it on.")
    return ['--no-sandbox']
  }
  const helper = join(folder, HELPER)
  throw new Error(
    `This system does not let Chromium make its sandbox. Allow it with:\n  sudo chown root:root ${helper} && sudo chmod 4755 ${helper}`,
  )
}

function isSetuidRoot(file: string): boolean {
  const info = statSync(file, { throwIfNoEntry: false })
  return info !== undefined && info.uid === 0 && (info.mode & 0o4000) !== 0
}

function canGainPrivileges(): boolean {
  return /^NoNewPrivs:\s+0$/m.test(readFileSync('/proc/self/status', 'utf8'))
}
