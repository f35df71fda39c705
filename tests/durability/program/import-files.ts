import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import type { History } from '../../../electron/history/history.ts'
import { importFile } from '../../../electron/transfer/import-file.ts'
import { importSample } from './import-sample.ts'
import type { Stage } from './scenarios.ts'

/** One file after the other, never the same. */
export async function importFiles({ history, say, rounds, outside }: Stage): Promise<History> {
  for (let round = 0; round < rounds; round += 1) {
    const run = uuid()
    const file = path.join(outside, `${run}.json`)
    writeFileSync(file, importSample(run))
    say({ type: 'importing', run })
    const report = await importFile({ path: file, history, signal: new AbortController().signal })
    if (report.problems.length > 0) throw new Error(JSON.stringify(report.problems))
    say({ type: 'imported', run })
  }
  return history
}
