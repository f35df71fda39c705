import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { checkHistory } from './check-history.ts'
import { monotonicMs } from './program/chat.ts'
import type { TwinAnswer } from './program/twin-answer.ts'
import { scenarioSettings } from './scenario-settings.ts'

/** A first start, or one that finds a history of a former schema. */
export type Race = 'first start' | 'migration'

export interface RaceResult {
  race: Race
  opened: number
  wrote: number
  /** Those that were turned away because another was at work, and had changed nothing. */
  waitedInVain: number
  /** Codes of those that failed otherwise. */
  failed: string[]
  keys: number
  backups: number
  problems: string[]
}

/** Long enough for all of them to hear of it. */
const HEAD_START_MS = 30

/** Starts so many processes on one folder at the same moment, each of which writes `messages` messages. */
export async function raceStarts(options: {
  programs: string
  race: Race
  starts: number
  messages: number
}): Promise<RaceResult> {
  const { programs, race, starts, messages } = options
  const outside = mkdtempSync(path.join(os.tmpdir(), 'alcove-twins-'))
  const [folder, answers] = [path.join(outside, 'data'), path.join(outside, 'answers')]
  mkdirSync(folder)
  if (race === 'migration') scenarioSettings.migration.prepare?.(folder)
  const twins = Array.from({ length: starts }, (_, number) => {
    const args = [path.join(programs, 'twin.mjs'), folder, answers, String(number), String(messages)]
    return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  })
  const ends = Promise.all(twins.map((twin) => once(twin, 'close')))
  await Promise.all(twins.map((twin) => once(twin.stdout, 'data')))
  const startAtMs = monotonicMs() + HEAD_START_MS
  for (const twin of twins) twin.stdin.end(String(startAtMs))
  await ends
  const said = readFileSync(answers, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TwinAnswer)
  const wrote = said.flatMap((one) => (one.type === 'wrote' ? [one.text] : []))
  const { problems } = await checkHistory(folder, {
    acknowledged: [
      { type: 'opened' },
      ...wrote.map((text) => ({ type: 'message' as const, conversationId: '', text })),
    ],
    // A migrated history has more in it than it was exported with.
    scenario: 'chat',
  })
  const opened = said.flatMap((one) => (one.type === 'opened' ? [one.key] : []))
  const codes = said.flatMap((one) => (one.type === 'failed' ? [one.code] : []))
  const backups = path.join(folder, 'backups')
  const result: RaceResult = {
    race,
    opened: opened.length,
    wrote: wrote.length,
    waitedInVain: codes.filter((code) => code === 'history-locked').length,
    failed: codes.filter((code) => code !== 'history-locked'),
    keys: new Set(opened).size,
    backups: existsSync(backups) ? readdirSync(backups).filter((name) => name.endsWith('.db')).length : 0,
    problems,
  }
  rmSync(outside, { recursive: true })
  return result
}
