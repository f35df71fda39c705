import path from 'node:path'
import { bundleForNode, type SourceChange } from '../../../electron/history/testing/bundle-for-node.ts'

/** The store in its worker and the scenarios around it, as files to run. Returns their folder, which the caller removes. */
export function bundleScenarios(changes: readonly SourceChange[] = []): Promise<string> {
  const own = (name: string) => path.join(import.meta.dirname, name)
  const programs = { program: own('run-scenario.ts'), count: own('count-writes.ts'), twin: own('start-twin.ts') }
  return bundleForNode({ ...programs, 'history-worker': 'worker.ts' }, changes)
}

/** The same with commits that do not wait for the disk, as SQLite does by itself with a write-ahead log. */
export const unsynced: SourceChange = {
  file: 'electron/history/database.ts',
  from: "set(db, 'synchronous', 'FULL', 2)",
  to: "set(db, 'synchronous', 'NORMAL', 1)",
}

/** The same with several calls gathered into one commit that comes after their answers. */
export const answeredEarly: SourceChange = {
  file: 'electron/history/statement.ts',
  from: 'export function transact<Result>(db: Database, work: () => Result): Result {',
  to: `export function transact<Result>(db: Database, work: () => Result): Result {
  if (!db.inTransaction) {
    db.exec('BEGIN IMMEDIATE')
    setTimeout(() => db.exec('COMMIT'), 300)
  }`,
}
