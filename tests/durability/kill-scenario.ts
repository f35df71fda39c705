import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../faults/crash-state.ts'
import { checkHistory } from './check-history.ts'
import { parseAcknowledgements } from './program/acknowledgement.ts'
import type { ScenarioName } from './program/scenarios.ts'

/** How long a scenario may go on before it is killed, at most. */
const LONGEST_MS: Record<ScenarioName, number> = { chat: 900, import: 400, delete: 400, migration: 150 }

const POLL_MS = 3

export interface KillResult {
  scenario: ScenarioName
  problems: string[]
  reopenMs: number
  busy: number
  acknowledged: number
}

export interface Ground {
  /** The data folder of the app. */
  folder: string
  marks: string
  remove(): void
}

/** A new data folder, or a copy of `from`. */
export async function layGround(prepare: (folder: string) => void = () => {}): Promise<Ground> {
  const outside = mkdtempSync(path.join(os.tmpdir(), 'alcove-kill-'))
  const folder = path.join(outside, 'data')
  await mkdir(folder)
  prepare(folder)
  return { folder, marks: path.join(outside, 'marks'), remove: () => rmSync(outside, { recursive: true }) }
}

/** Runs a scenario on the ground, kills it at a random moment, and compares what is there with all that was acknowledged. */
export async function killScenario(
  { folder, marks }: Ground,
  { programs, scenario, random }: { programs: string; scenario: ScenarioName; random: Random },
): Promise<KillResult> {
  const before = sizeOf(marks)
  const seed = String(Math.floor(random() * 2 ** 32))
  const child = spawn(process.execPath, [path.join(programs, 'program.mjs'), folder, marks, scenario, seed, '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const closed = once(child, 'close')
  while (sizeOf(marks) === before && child.exitCode === null) await delay(POLL_MS)
  await delay(random() * LONGEST_MS[scenario])
  const crashedAtMs = Number(process.hrtime.bigint()) / 1e6
  child.kill('SIGKILL')
  await closed
  const acknowledged = parseAcknowledgements(readFileSync(marks, 'utf8'))
  const checked = await checkHistory(folder, acknowledged, crashedAtMs)
  const own = complaint === '' ? [] : [`the process failed: ${complaint.slice(0, 500)}`]
  return { scenario, ...checked, problems: [...own, ...checked.problems], acknowledged: acknowledged.length }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}
