/**
 * A process of its own that migrates a history as opening it does, and kills itself before the given step: one step for
 * each statement of the migrations and for each one around them. Where it gets to the end it prints how many there were.
 */
import { readFileSync, writeSync } from 'node:fs'
import process from 'node:process'
import { backUpBeforeMigration } from '../backup/back-up-before-migration.ts'
import { openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations.ts'
import { splitStatements } from './split-statements.ts'

const [file = '', keyFile = '', stopAt = ''] = process.argv.slice(2)
const key = readFileSync(keyFile)
const db = openDatabase({ file, key })
const [exec, pragma] = [db.exec.bind(db), db.pragma.bind(db)]
let steps = 0

function step(): void {
  if (steps === Number(stopAt)) process.kill(process.pid, 'SIGKILL')
  steps += 1
}

db.exec = (sql) => {
  for (const statement of splitStatements(db, sql)) {
    step()
    exec(statement)
  }
  return db
}
db.pragma = (source, options) => {
  step()
  return pragma(source, options)
}
writeSync(1, 'ready\n')
const backUp = backUpBeforeMigration({ file, key })
const beforeMigrate = (): void => {
  step()
  backUp()
  step()
}
migrate(db, migrations, { beforeMigrate })
step()
db.close()
writeSync(1, `${steps}\n`)
