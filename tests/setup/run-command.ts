// Runs the built app with a command, as a script would: no window, the report on its output.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { appFolder, electronExecutable, sandboxBase } from './launch-app.ts'

export interface Ended {
  exitCode: number | null
  /** The one object on the output; undefined when the output is not exactly one line of JSON. */
  report: Record<string, unknown> | undefined
  /** Without what Chromium says of the machine. */
  told: string
}

interface RunOptions {
  userData: string
  env?: Record<string, string | undefined>
  /** Runs the app in another program, which is given its command line. */
  inside?: string[]
}

export async function runCommand(args: string[], { userData, env = {}, inside = [] }: RunOptions): Promise<Ended> {
  const isRoot = inside.length > 0 || sandboxBase === 'none'
  const flags = [...(isRoot ? ['--no-sandbox'] : []), `--user-data-dir=${userData}`, '--disable-gpu']
  const [program = '', ...given] = [...inside, electronExecutable(), ...flags, appFolder, ...args]
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [output, told, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { exitCode, report: toReport(output), told: told.replace(/^\[\d+:.*\n|^ERR: .*\n/gm, '') }
}

function toReport(output: string): Ended['report'] {
  try {
    return output.indexOf('\n') === output.length - 1 ? JSON.parse(output) : undefined
  } catch {
    return undefined
  }
}
