import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHistoryFile } from './open-history-file.ts'
import { copyOfCachedHistory } from './testing/cached-history.ts'
import { goldenPlans, statementsOfThePerson, wrongSteps } from './testing/query-plans.ts'

const GOLDEN = path.join(import.meta.dirname, 'query-plans.txt')

it.each([100_000, 1_000_000])(
  'of %i messages: what a person waits for goes by the plans that were looked at, with statistics and without',
  async (messages) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-plans-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const db = openHistoryFile(copyOfCachedHistory(messages, folder))
    onTestFinished(() => void db.close())
    const statements = statementsOfThePerson(db)
    await expect(goldenPlans(db, statements)).toMatchFileSnapshot(GOLDEN)
    db.exec('ANALYZE')
    await expect(goldenPlans(db, statements)).toMatchFileSnapshot(GOLDEN)
    expect(statements.flatMap((sql) => wrongSteps(db, sql))).toEqual([])
    console.info(`query plans: ${statements.length} statements at ${messages} messages, none changed by statistics`)
  },
)
