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
  /** Codes of those that were turned away. */
  refused: string[]
  wrote: number
  keys: number
  backups: number
  problems: string[]
}

/** Long enough for all of them to have loaded their programs. */
const HEAD_START_MS = 400

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
  const startAtMs = String(monotonicMs() + HEAD_START_MS)
  const ends = Array.from({ length: starts }, async (_, number) => {
    const args = [path.join(programs, 'twin.mjs'), folder, answers, String(number), startAtMs, String(messages)]
    await once(spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'close')
  })
  await Promise.all(ends)
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
    atMs: 0,
    // A migrated history has more in it than it was exported with.
    scenario: 'chat',
  })
  const opened = said.flatMap((one) => (one.type === 'opened' ? [one.key] : []))
  const backups = path.join(folder, 'backups')
  const result: RaceResult = {
    race,
    opened: opened.length,
    refused: said.flatMap((one) => (one.type === 'failed' ? [one.code] : [])),
    wrote: wrote.length,
    keys: new Set(opened).size,
    backups: existsSync(backups) ? readdirSync(backups).filter((name) => name.endsWith('.db')).length : 0,
    problems,
  }
  rmSync(outside, { recursive: true })
  return result
}
