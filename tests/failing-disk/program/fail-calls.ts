/** Lives one day after the other, each with another call failing, and prints what went wrong as lines of JSON. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fromDiskError, fromSqliteError } from '../../../electron/history/sqlite-errors.ts'
import { AppError } from '../../../shared/errors.ts'
import { armFault, type CallClass, type Fault, readFaultCounts } from '../../faults/disk-shim.ts'
import { type Day, Later, openDay, steps } from './steps.ts'
import { compareWithDay, fillTemplate } from './what-must-be-there.ts'

export interface Orders {
  /** The folder that the shim looks at. */
  folder: string
  outside: string
  control: string
  classes: CallClass[]
  error: Fault['error']
  forever: boolean
  /** Whether the day begins with a history, or makes one. */
  existing: boolean
  /** Whether the day ends once the history is open. */
  onlyOpening: boolean
  /** Every `stride`-th call is made to fail, from `first` on. */
  first: number
  stride: number
}

export interface Outcome {
  n: number
  /** The codes that the steps failed with, by step. */
  failed: Record<string, string>
  problems: string[]
}

const BALLAST_BYTES = 64 * 1024

/** Returns undefined once there is no n-th call any more. */
async function failCall(orders: Orders, n: number): Promise<Outcome | undefined> {
  const { control, classes, error, forever } = orders
  const folder = path.join(orders.folder, String(n))
  const day: Day = { folder, outside: orders.outside, ballastBytes: BALLAST_BYTES, open: undefined }
  mkdirSync(path.join(day.folder, 'backups'), { recursive: true })
  if (orders.existing) copyTemplate(path.join(orders.folder, 'template'), day.folder)
  writeFileSync(path.join(day.folder, 'ballast'), Buffer.alloc(BALLAST_BYTES, 1))
  const outcome: Outcome = { n, failed: {}, problems: [] }
  armFault(control, { classes, nth: n, error, forever })
  await live(day, orders.onlyOpening ? ['open'] : Object.keys(steps), outcome)
  const { failed } = readFaultCounts(control)
  armFault(control, undefined)
  if (failed > 0) await recover(day, outcome, orders)
  else await live(day, ['close'], outcome)
  rmSync(day.folder, { recursive: true })
  return failed > 0 ? outcome : undefined
}

/** Everything that failed is done now, in the same process and, where it is open, on the same connection. */
async function recover(day: Day, outcome: Outcome, orders: Orders): Promise<void> {
  const pending = Object.keys(outcome.failed)
  const again: Outcome = { n: outcome.n, failed: {}, problems: [] }
  if (!day.open || day.open.readOnly) openDay(day)
  await live(
    day,
    pending.filter((name) => name !== 'open' && name !== 'close'),
    again,
  )
  outcome.problems.push(...again.problems)
  for (const [name, code] of Object.entries(again.failed)) outcome.problems.push(`${name} again: ${code}`)
  outcome.problems.push(...compareWithDay(day, orders).map((problem) => `before closing: ${problem}`))
  await live(day, ['close'], outcome)
  openDay(day)
  outcome.problems.push(...compareWithDay(day, orders).map((problem) => `opened again: ${problem}`))
  await live(day, ['close'], outcome)
}

/** Whoever opens gets what is thrown; a backup goes through the bulk worker, all else through that of the history. */
const asTold: Partial<Record<string, (error: unknown) => unknown>> = {
  open: (error) => error,
  'back up': fromSqliteError,
}

async function live(day: Day, names: string[], outcome: Outcome): Promise<void> {
  for (const name of names) {
    try {
      await steps[name]?.(day)
    } catch (error) {
      const known = (asTold[name] ?? fromDiskError)(error)
      if (known instanceof Later) outcome.failed[name] = 'later'
      else if (known instanceof AppError && known.code !== 'unexpected') outcome.failed[name] = known.code
      else {
        outcome.failed[name] = 'untyped'
        outcome.problems.push(`${name}: ${known instanceof Error ? known.stack : String(known)}`)
      }
    }
  }
}

function copyTemplate(from: string, to: string): void {
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(to, name))
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders
fillTemplate(path.join(orders.folder, 'template'))
for (let n = orders.first; ; n += orders.stride) {
  process.stdout.write(`${JSON.stringify({ started: n })}\n`)
  const outcome = await failCall(orders, n)
  if (!outcome) break
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
process.stdout.write(`${JSON.stringify({ end: true })}\n`)
