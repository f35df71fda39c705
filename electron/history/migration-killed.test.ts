import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from './database.ts'
import { bundleForNode } from './testing/bundle-for-node.ts'
import { contentOfVersions, type KilledMigration, killMigration } from './testing/kill-migration.ts'
import { splitStatements } from './testing/split-statements.ts'
import { temporaryFile } from './testing/temporary-history.ts'

const KILLS = 8

const entry = { migrate: 'testing/migrate-until-killed.ts' }
const withoutTransaction = {
  file: 'electron/history/migrate.ts',
  from: 'db.transaction(() => {',
  to: '((work) => ({ immediate: work }))(() => {',
}

let folders: string[] = []
beforeAll(async () => {
  folders = await Promise.all([bundleForNode(entry), bundleForNode(entry, [withoutTransaction])])
  return () => folders.map((folder) => rmSync(folder, { recursive: true }))
})

/** Kills evenly over all steps. */
async function killOften(program: string) {
  const given = { program, contents: contentOfVersions() }
  const whole = await killMigration(given, { step: Number.MAX_SAFE_INTEGER })
  const steps = whole.steps ?? 0
  const killed: KilledMigration[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    killed.push(await killMigration(given, { step: Math.round((kill * (steps - 1)) / (KILLS - 1)) }))
  }
  return {
    whole,
    steps,
    versions: new Set(killed.map(({ version }) => version)),
    problems: killed.flatMap((one) => one.problems),
  }
}

describe('a migration that is killed', () => {
  it('leaves the former version or the next one, which opens and holds everything', async () => {
    const { whole, steps, versions, problems } = await killOften(path.join(folders[0] ?? '', 'migrate.mjs'))
    expect({ whole: whole.problems, killed: problems }).toEqual({ whole: [], killed: [] })
    expect({ hasManySteps: steps > 30, both: versions.size > 1 }).toEqual({ hasManySteps: true, both: true })
  })

  it('is found out when it is not one transaction', async () => {
    const { problems } = await killOften(path.join(folders[1] ?? '', 'migrate.mjs'))
    expect(problems).toContain('the content is not that of version 1')
  })
})

describe('the statements of a migration', () => {
  it('end where SQLite ends them', () => {
    const { file, key } = temporaryFile()
    const db = openDatabase({ file, key })
    onTestFinished(() => void db.close())
    const trigger = 'CREATE TRIGGER b AFTER INSERT ON a BEGIN\n  DELETE FROM a;\n  SELECT 1;\nEND;'
    const parts = ["CREATE TABLE a (b TEXT DEFAULT ';');", `\n-- one; two\n${trigger}`, ' /* ; */ DROP TABLE a;']
    const found: string[] = []
    for (const statement of splitStatements(db, parts.join(''))) {
      db.exec(statement)
      found.push(statement)
    }
    expect(found).toEqual(parts)
  })
})
