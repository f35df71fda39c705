import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stopProcess } from '../../scripts/run-process.ts'
import { canSandboxPackages } from '../setup/launch-app.ts'

const WINDOW_LIMIT_MS = 20_000
const PORTS_OPEN_MS = 3000

/** Starts a packaged app as a person would, and looks from outside whether its window comes. */
export async function opensWindow(executable: string): Promise<boolean> {
  return withProfile(async (userData) => {
    const app = start(executable, [], userData)
    try {
      return await waitForWindow(app)
    } finally {
      await stopProcess(app)
    }
  })
}

/** The ports that a packaged app listens on when it is asked to let a debugger in. */
export async function debuggerPorts(executable: string): Promise<number[]> {
  return withProfile(async (userData) => {
    const app = start(executable, ['--inspect=0', '--remote-debugging-port=0'], userData)
    try {
      await sleep(PORTS_OPEN_MS)
      return listeningPorts(app.pid ?? 0)
    } finally {
      await stopProcess(app)
    }
  })
}

async function withProfile<T>(work: (userData: string) => Promise<T>): Promise<T> {
  const userData = mkdtempSync(join(tmpdir(), 'alcove-profile-'))
  return work(userData).finally(() => rmSync(userData, { recursive: true, force: true }))
}

function start(executable: string, args: string[], userData: string): ChildProcess {
  const flags = [
    `--user-data-dir=${userData}`,
    '--disable-gpu',
    ...(canSandboxPackages ? [] : ['--no-sandbox']),
    ...args,
  ]
  return spawn(executable, flags, { stdio: 'ignore', detached: true, env: { ...process.env, ALCOVE_SQLITE_ADDON: '' } })
}

async function waitForWindow({ pid }: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + WINDOW_LIMIT_MS
  while (Date.now() < deadline) {
    if (findWindows(pid ?? 0) !== '') return true
    await sleep(200)
  }
  return false
}

function findWindows(pid: number): string {
  try {
    return execFileSync('xdotool', ['search', '--onlyvisible', '--all', '--pid', `${pid}`, '--name', 'Alcove'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    // xdotool fails when it finds none.
    return ''
  }
}

/** The TCP ports on which the process listens, from what the kernel shows. */
function listeningPorts(pid: number): number[] {
  const LISTEN = '0A'
  const sockets = new Set(socketInodes(pid))
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && sockets.has(fields[9] ?? ''))
      .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '0', 16)),
  )
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`)
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
    })
  } catch {
    // The process has refused the switch and is gone.
    return []
  }
}
