import { type ErrorCode, toWireError } from '../../shared/errors.ts'
import { log } from '../log.ts'
import type { Command } from './parse-command.ts'

/** What a script can tell apart; docs/headless.md lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, openElsewhere: 3, damaged: 4, noKey: 5, partly: 6 } as const

/** What a command ends with: one JSON object for a script, one sentence for a person, one number. */
export interface Result {
  report: { command: Command['name'] | null; ok: boolean } & Record<string, unknown>
  sentence: string
  exitCode: number
}

const NO_KEY = new Set<ErrorCode>([
  'history-key-missing',
  'history-key-wrong',
  'keyring-unavailable',
  'keyring-missing',
  'keyring-locked',
  'keyring-changed',
  'keyring-wrong',
  'keyring-silent',
  'recovery-code-wrong',
  'recovery-code-other',
])

/** Of anything that was thrown; only the code and sentence of an `AppError` are told. */
export function failure(command: Command, error: unknown): Result {
  log.exception(`--${command.name}`, error)
  const { code, message } = toWireError(error)
  const isKeyMissing = NO_KEY.has(code) && command.recoveryCodeFile === undefined
  const sentence = isKeyMissing ? `${message} Here that is --recovery-code-file FILE.` : message
  return { report: { command: command.name, ok: false, error: { code, message } }, sentence, exitCode: exitOf(code) }
}

function exitOf(code: ErrorCode): number {
  if (NO_KEY.has(code)) return EXIT.noKey
  if (code === 'history-locked') return EXIT.openElsewhere
  if (code === 'history-corrupt') return EXIT.damaged
  return EXIT.failed
}
