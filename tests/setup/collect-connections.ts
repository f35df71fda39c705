// Run around all tests in a real window: at their end looks again at what all the apps tried to reach, for what a process
// did that outlived its test, and says how much there was.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectOnlyAllowed, readAttempts } from './connect-log.ts'

export function setup(): (() => void) | undefined {
  if (process.platform !== 'linux') return undefined
  const folder = mkdtempSync(join(tmpdir(), 'alcove-connections-'))
  process.env.ALCOVE_CONNECT_LOGS = folder
  return () => {
    const logs = readdirSync(folder).map((name) => join(folder, name))
    const attempts = logs.flatMap((log) => readAttempts(log))
    const places = new Set(attempts.map(({ kind, to }) => `${kind} ${to}`))
    process.stdout.write(`${attempts.length} connections were tried, to ${places.size} places.\n`)
    for (const log of logs) expectOnlyAllowed(log)
    rmSync(folder, { recursive: true, force: true })
  }
}
