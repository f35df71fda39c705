import electronLog from 'electron-log/node.js'
import { AppError } from '../shared/errors.ts'

/**
 * The local log: what happened, never what was said. Error messages of foreign libraries may quote text, so only the
 * class, the code and the stack's own lines are kept.
 */
export const log = {
  info(what: string): void {
    electronLog.info(what)
  },
  /** A database operation that took long: its name, never what it was given. */
  slow(name: string, elapsedMs: number): void {
    electronLog.warn(`${name} took ${Math.round(elapsedMs)} ms`)
  },
  /** A database operation that failed. */
  failed(name: string, code: string, elapsedMs: number): void {
    electronLog.warn(`${name} failed with ${code} after ${Math.round(elapsedMs)} ms`)
  },
  exception(where: string, error: unknown): void {
    electronLog.error(`${where}: ${describe(error)}`)
  },
}

/** Sets the log file below the data folder; console only while developing. */
export function openLog(file: string, toConsole: boolean): void {
  electronLog.transports.file.resolvePathFn = () => file
  electronLog.transports.file.maxSize = 1024 * 1024
  electronLog.transports.file.level = 'info'
  electronLog.transports.console.level = toConsole ? 'info' : false
}

function describe(error: unknown): string {
  if (error instanceof AppError) return `${error.code}${error.cause ? ` <- ${describe(error.cause)}` : ''}`
  if (!(error instanceof Error)) return typeof error
  const code = 'code' in error ? ` ${String(error.code)}` : ''
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return `${error.name}${code}\n${frames.slice(0, 8).join('\n')}`
}
