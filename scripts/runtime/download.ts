import { connect } from 'node:net'
import { join } from 'node:path'
import { run } from '../run-process.ts'

const PROBE_LIMIT_MS = 4000
const DOWNLOAD_LIMIT_MS = 10 * 60_000

/** Lets the electron package fetch its own binary. Gives up at once where the host that has it cannot be reached. */
export async function downloadElectron(electronPackage: string): Promise<boolean> {
  if (!(await canConnect())) return false
  console.log('Downloading Electron with its own installer ...')
  const { code } = await run(process.execPath, [join(electronPackage, 'install.js')], { timeoutMs: DOWNLOAD_LIMIT_MS })
  return code === 0
}

async function canConnect(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  // Behind a proxy only the download itself can tell.
  if (env.HTTPS_PROXY || env.https_proxy || env.ELECTRON_GET_USE_PROXY) return true
  const { hostname, port } = new URL(env.ELECTRON_MIRROR ?? env.npm_config_electron_mirror ?? 'https://github.com')
  const socket = connect({ host: hostname, port: Number(port || 443), timeout: PROBE_LIMIT_MS })
  return new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true))
    socket.on('timeout', () => resolve(false))
    socket.on('error', () => resolve(false))
  }).finally(() => socket.destroy())
}
