/** How each scenario is begun, and how much of it the short tests do. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ScenarioName } from './program/scenarios.ts'

const FORMER_SCHEMA = path.join(import.meta.dirname, '../fixtures/histories/schema-1')

export interface ScenarioSettings {
  /** Puts what is there before into the new data folder. */
  prepare?: (folder: string) => void
  /** What an alcove-json export of everything must be, unless the scenario writes more. */
  expectedExport?: string
  /** Of the files of which one must be in the folder of backups once the history was opened. */
  backupPrefix?: string
  /** How long it may go on after its start before it is killed, at most. */
  longestMs: number
  /** Of one history, one after the other, before a new one is begun. */
  killsEach: number
  kills: number
  /** What is recorded for power failures, and at how many moments the power is cut. */
  rounds: number
  states: number
}

export const scenarioSettings: Record<ScenarioName, ScenarioSettings> = {
  chat: { longestMs: 900, killsEach: 20, kills: 5, rounds: 2, states: 20 },
  import: { longestMs: 400, killsEach: 20, kills: 3, rounds: 2, states: 20 },
  delete: { longestMs: 400, killsEach: 20, kills: 4, rounds: 4, states: 20 },
  backup: { prepare: makeBackupsFolder, longestMs: 400, killsEach: 20, kills: 3, rounds: 2, states: 20 },
  'key change': { longestMs: 500, killsEach: 20, kills: 4, rounds: 2, states: 30 },
  migration: {
    prepare: layOutFormerSchema,
    expectedExport: readFileSync(path.join(FORMER_SCHEMA, 'export.json'), 'utf8'),
    backupPrefix: 'before-migration-',
    longestMs: 150,
    killsEach: 1,
    kills: 3,
    rounds: 1,
    states: 20,
  },
}

export const scenarioNames = Object.keys(scenarioSettings) as ScenarioName[]

/** Whose making no scenario is about. */
function makeBackupsFolder(folder: string): void {
  mkdirSync(path.join(folder, 'backups'))
}

/** A history of the first schema as a crash left it, with its key. */
function layOutFormerSchema(folder: string): void {
  for (const name of ['history.db', 'history.db-wal']) {
    const source = path.join(FORMER_SCHEMA, name)
    if (existsSync(source)) copyFileSync(source, path.join(folder, name))
  }
  const value = Buffer.from(readFileSync(path.join(FORMER_SCHEMA, 'key.hex'), 'utf8').trim(), 'hex').toString('base64')
  const keys = { version: 1, history: { protection: 'file', backend: 'file', value }, endpoints: {} }
  writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 })
}
