import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Random, seededRandom } from '../faults/crash-state.ts'
import { checkHistory } from './check-history.ts'
import { type Acknowledgement, parseAcknowledgements } from './program/acknowledgement.ts'
import type { ScenarioName } from './program/scenarios.ts'
import { scenarioSettings } from './scenario-settings.ts'

const POLL_MS = 3

export interface KillResult {
  scenario: ScenarioName
  problems: string[]
  reopenMs: number
  busy: number
  acknowledged: number
}

interface Ground {
  /** The data folder of the app. */
  folder: string
  marks: string
  remove(): void
}

/** A new data folder, with what the scenario finds there. */
function layGround(scenario: ScenarioName): Ground {
  const outside = mkdtempSync(path.join(os.tmpdir(), 'alcove-kill-'))
  const folder = path.join(outside, 'data')
  mkdirSync(folder)
  scenarioSettings[scenario].prepare?.(folder)
  return { folder, marks: path.join(outside, 'marks'), remove: () => rmSync(outside, { recursive: true }) }
}

/** Runs a scenario on the ground, kills it at a random moment, and compares what is there with all that was acknowledged. */
async function killScenario(
  { folder, marks }: Ground,
  { programs, scenario, random }: { programs: string; scenario: ScenarioName; random: Random },
): Promise<KillResult> {
  const { longestMs } = scenarioSettings[scenario]
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
  // Mostly at work; sometimes while it still opens, which is all that a migration is.
  const awaited = scenario === 'migration' || random() < 0.25 ? 'started' : 'opened'
  while (!hasSaid(marks, before, awaited) && child.exitCode === null) await delay(POLL_MS)
  await delay(random() * longestMs)
  child.kill('SIGKILL')
  await closed
  const acknowledged = parseAcknowledgements(readFileSync(marks, 'utf8'))
  const checked = await checkHistory(folder, { acknowledged, scenario })
  const own = complaint === '' ? [] : [`the process failed: ${complaint.slice(0, 500)}`]
  return { scenario, ...checked, problems: [...own, ...checked.problems], acknowledged: acknowledged.length }
}

/** Kills one scenario again and again, `killsEach` times on one history before a new one is begun. */
export async function killRepeatedly(options: {
  programs: string
  scenario: ScenarioName
  kills: number
  seed: number
}): Promise<KillResult[]> {
  const { programs, scenario, kills, seed } = options
  const random = seededRandom(seed)
  const { killsEach } = scenarioSettings[scenario]
  const results: KillResult[] = []
  while (results.length < kills) {
    const ground = layGround(scenario)
    for (let kill = 0; kill < killsEach && results.length < kills; kill += 1) {
      results.push(await killScenario(ground, { programs, scenario, random }))
    }
    ground.remove()
  }
  return results
}

function hasSaid(marks: string, before: number, type: Acknowledgement['type']): boolean {
  const said = existsSync(marks) ? readFileSync(marks).subarray(before).toString('utf8') : ''
  return said.includes(`"type":"${type}"}\n`)
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}
