/** Runs a scenario once under the library that logs what it does to the disk, then tries what a power failure could leave. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type CrashChoice, FATES, layOutCrashState, pick, type Random, seededRandom } from '../faults/crash-state.ts'
import { createDiskModel } from '../faults/disk-model.ts'
import { faultEnvironment } from '../faults/disk-shim.ts'
import { type Operation, readOperationLog } from '../faults/operation-log.ts'
import { checkHistory } from './check-history.ts'
import { memoryFolder } from './memory-folder.ts'
import { parseAcknowledgements } from './program/acknowledgement.ts'
import type { ScenarioName } from './program/scenarios.ts'
import { scenarioSettings } from './scenario-settings.ts'

export interface Recording {
  scenario: ScenarioName
  /** The data folder as it was before the run. */
  start: string
  /** The path under which the run saw it. */
  folder: string
  operations: Operation[]
  remove(): void
}

/** The shared memory of the write-ahead log, and the space that is kept for a full disk. */
const WITHOUT_CONTENT = /-shm$|\/ballast$/

/** Lets a scenario run to its end. @throws when it fails by itself */
export async function recordScenario(options: {
  programs: string
  scenario: ScenarioName
  rounds: number
  seed: number
}): Promise<Recording> {
  const outside = mkdtempSync(path.join(memoryFolder, 'alcove-power-'))
  const [folder, start] = [path.join(outside, 'data'), path.join(outside, 'start')]
  mkdirSync(folder)
  scenarioSettings[options.scenario].prepare?.(folder)
  cpSync(folder, start, { recursive: true })
  const [log, marks] = [path.join(outside, 'log'), path.join(outside, 'marks')]
  const args = [folder, marks, options.scenario, String(options.seed), String(options.rounds)]
  const child = spawn(process.execPath, [path.join(options.programs, 'program.mjs'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...faultEnvironment({ folder, log, marks }) },
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the scenario ${options.scenario} ended with ${code}`)
  const remove = () => rmSync(outside, { recursive: true })
  return { scenario: options.scenario, start, folder, operations: readOperationLog(log), remove }
}

/** With what is needed to see it again. */
export interface PowerFailure {
  scenario: ScenarioName
  seed: number
  /** How many operations of the recording came before it. */
  cut: number
  choice: CrashChoice
  problems: string[]
}

/** Cuts the power at `count` random moments of a recorded run; see `losePowerAt`. */
export function losePower(
  recording: Recording,
  { count, seed }: { count: number; seed: number },
): Promise<PowerFailure[]> {
  const random = seededRandom(seed)
  const cuts = Array.from({ length: count }, () => chooseCut(recording, random))
  return losePowerAt(recording, { cuts: cuts.sort((a, b) => a - b), seed })
}

/** Cuts the power at `count` moments spread over the first start of a recorded run; see `losePowerAt`. */
export function losePowerWhileOpening(
  recording: Recording,
  { count, seed }: { count: number; seed: number },
): Promise<PowerFailure[]> {
  const opened = recording.operations.findIndex((one) => one.kind === 'mark' && one.text.includes('"opened"'))
  const cuts = Array.from({ length: count }, (_, index) => 1 + Math.floor((index * opened) / count))
  return losePowerAt(recording, { cuts, seed })
}

/**
 * Lays out what a power failure may leave after each of so many operations (ascending), and checks it with the app's own
 * store. Returns the states in which something was wrong.
 */
async function losePowerAt(
  recording: Recording,
  { cuts, seed }: { cuts: readonly number[]; seed: number },
): Promise<PowerFailure[]> {
  const random = seededRandom(seed)
  const { operations } = recording
  const disk = createDiskModel(recording.start, recording.folder)
  const failures: PowerFailure[] = []
  let played = 0
  for (const cut of cuts) {
    for (; played < cut; played += 1) disk.play(operations[played] as Operation)
    const choice = {
      writes: pick(FATES, random),
      names: pick(['kept', 'dropped', 'prefix', 'subset'] as const, random),
    }
    const target = mkdtempSync(path.join(memoryFolder, 'alcove-state-'))
    try {
      layOutCrashState(disk, { from: recording.folder, target, choice, random, leaveOut: WITHOUT_CONTENT })
      const said = operations.slice(0, cut).flatMap((one) => (one.kind === 'mark' ? one.text : []))
      const { problems } = await checkHistory(target, {
        acknowledged: parseAcknowledgements(said.join('')),
        scenario: recording.scenario,
      })
      if (problems.length > 0) failures.push({ scenario: recording.scenario, seed, cut, choice, problems })
    } finally {
      rmSync(target, { recursive: true })
    }
  }
  return failures
}

/**
 * After any operation, or after a kind of which there are few: what is acknowledged, changes a name, or is written to the
 * history itself instead of its log.
 */
function chooseCut({ operations, folder }: Recording, random: Random): number {
  const from = 1 + Math.floor(random() * operations.length)
  const kind = random()
  if (kind < 0.3) return from
  const handles = new Set(
    operations.flatMap((one) => {
      return one.kind === 'open' && one.path === path.join(folder, 'history.db') ? [one.handle] : []
    }),
  )
  const found = operations.findIndex((one, index) => {
    if (index < from) return false
    if (kind < 0.5) return one.kind === 'rename' || one.kind === 'link' || one.kind === 'unlink'
    return kind < 0.75 ? one.kind === 'mark' : one.kind === 'write' && handles.has(one.handle)
  })
  return found < 0 ? from : found + 1
}
