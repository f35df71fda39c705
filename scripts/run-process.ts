import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

export type RunOptions = SpawnOptions & { timeoutMs?: number }
export type RunResult = { code: number; timedOut: boolean }

const KILL_GRACE_MS = 10_000

/** Runs a command in its own process group, so that a stuck one can be ended with everything it started. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs, ...spawnOptions } = options
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: hasGroups, ...spawnOptions })
  const forwardSignal = (signal: NodeJS.Signals) => signalGroup(child, signal)
  process.on('SIGINT', forwardSignal).on('SIGTERM', forwardSignal)
  let timedOut = false
  const timer = timeoutMs
    ? setTimeout(() => {
        timedOut = true
        void stopProcess(child)
      }, timeoutMs)
    : undefined
  try {
    return await new Promise<RunResult>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) => {
        if (signal && !timedOut) console.error(`${command} was ended by ${signal}`)
        resolve({ code: code ?? 1, timedOut })
      })
    })
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', forwardSignal).off('SIGTERM', forwardSignal)
  }
}

/** As `run`, but any failure is an error that names the command. */
export async function mustRun(command: string, args: string[], options: RunOptions = {}): Promise<void> {
  const { code, timedOut } = await run(command, args, options)
  if (timedOut) throw new Error(`${command} ${args[0] ?? ''} took too long and was ended`)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`)
}

/** Standard output of a command, whatever its exit code; empty when the command does not exist. */
export async function outputOf(command: string, args: string[]): Promise<string> {
  const options = { maxBuffer: 64 * 2 ** 20, env: { ...process.env, LC_ALL: 'C' } }
  const failed = (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' })
  return (await promisify(execFile)(command, args, options).catch(failed)).stdout
}

/** Asks a process group to end, and makes it end when it does not. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  const exited = hasExited(child) ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve))
  signalGroup(child, 'SIGTERM')
  await Promise.race([exited, sleep(KILL_GRACE_MS, undefined, { ref: false })])
  signalGroup(child, 'SIGKILL')
}

const hasGroups = process.platform !== 'win32'
const hasExited = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(hasGroups ? -child.pid : child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
