import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs'
import path from 'node:path'
import electronLog from 'electron-log/node.js'
import { AppError } from '../shared/errors.ts'

const SLOW_MS = 40
const FILE_BYTES = 1024 * 1024
/** With the one that is written. */
const FILES = 5

/** Where the log goes; undefined until `openLog`. */
let target: string | undefined

/**
 * The local log: what happened, never what was said. Error messages of foreign libraries may quote text, so only the
 * class, the code and the stack's own lines are kept. A line that cannot be written is dropped: no call ever throws.
 */
export const log = {
  info(what: string): void {
    write('info', what)
  },
  /** A database operation that took long: its name, never what it was given. */
  slow(name: string, elapsedMs: number): void {
    write('warn', `${name} took ${Math.round(elapsedMs)} ms`)
  },
  /** A database operation that failed; `detail` is the code of its cause, e.g. SQLite's own. */
  failed(name: string, code: string, elapsedMs: number, detail?: string): void {
    const known = detail !== undefined && NAME.test(detail) ? ` (${detail})` : ''
    write('warn', `${name} failed with ${code}${known} after ${Math.round(elapsedMs)} ms`)
  },
  /** A long operation, which may take its time. */
  ended(name: string, code: string | undefined, elapsedMs: number): void {
    if (code !== undefined) log.failed(name, code, elapsedMs)
    else if (elapsedMs > SLOW_MS) log.slow(name, elapsedMs)
  },
  exception(where: string, error: unknown): void {
    write('error', `${where}: ${describe(error)}`)
  },
}

/** Sets the log file, in a folder of its own (0700) below the data folder; console only while developing. */
export function openLog(file: string, toConsole: boolean): void {
  target = file
  const { file: toFile, console: toScreen } = electronLog.transports
  toFile.resolvePathFn = () => file
  toFile.maxSize = FILE_BYTES
  toFile.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' }
  toFile.archiveLogFn = rotate
  // The console also gets what the library says of a file that cannot be written to; nobody may read a broken pipe.
  toScreen.level = toConsole ? 'info' : false
  if (!toConsole) toScreen.writeFn = () => undefined
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    chmodSync(path.dirname(file), 0o700)
    for (let age = 0; age < FILES; age += 1) if (existsSync(agedName(file, age))) chmodSync(agedName(file, age), 0o600)
  } catch {
    // A folder that cannot be written to; `write` looks again each time.
  }
}

function write(level: 'info' | 'warn' | 'error', line: string): void {
  // The library gives up for good on a file that it could not write to at first.
  electronLog.transports.file.level = target !== undefined && isWritable(target) ? 'info' : false
  electronLog[level](line)
}

function isWritable(file: string): boolean {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
    return true
  } catch {
    return false
  }
}

function rotate(file: { toString(): string; clear(): boolean }): void {
  const name = file.toString()
  try {
    for (let age = FILES - 2; age >= 0; age -= 1) {
      if (existsSync(agedName(name, age))) renameSync(agedName(name, age), agedName(name, age + 1))
    }
  } catch {
    // What has no name to move to would grow for ever.
    file.clear()
  }
}

/** alcove.log, alcove.1.log … */
function agedName(file: string, age: number): string {
  const { dir, name, ext } = path.parse(file)
  return age === 0 ? file : path.join(dir, `${name}.${age}${ext}`)
}

const NAME = /^\w{1,60}$/
const FRAMES = 8
/** A frame as V8 prints it: a name or none, then a place in a file. */
const FRAME = /^ {4}at (?:[\w.<>[\]$ ]+ \()?(?:file:|node:|app:|\/|[A-Z]:\\)[^()]*:\d+:\d+\)?$/

function describe(error: unknown): string {
  if (error instanceof AppError) return `${error.code}${error.cause ? ` <- ${describe(error.cause)}` : ''}`
  if (!(error instanceof Error)) return typeof error
  const name = NAME.test(error.name) ? error.name : 'Error'
  const code = 'code' in error && NAME.test(String(error.code)) ? ` ${String(error.code)}` : ''
  return [`${name}${code}`, ...framesOf(error).slice(0, FRAMES)].join('\n')
}

/** The stack begins with the message, a line of which may look like a frame: without knowing its end, nothing is kept. */
function framesOf({ stack = '', message }: Error): string[] {
  const head = message === '' ? '\n' : `: ${message}\n`
  const start = stack.indexOf(head)
  if (start < 0 || (message === '' && stack.slice(0, start).includes(':'))) return []
  return stack
    .slice(start + head.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
}
