import { readFileSync, renameSync, writeFileSync } from 'node:fs'

export interface TwoKeys {
  history: Buffer
  next?: Buffer | undefined
}

/** The keys of a history as a file beside it, written as a whole. */
export function writeKeys(file: string, { history, next }: TwoKeys): void {
  const keys = { history: history.toString('hex'), next: next?.toString('hex') }
  writeFileSync(`${file}.new`, JSON.stringify(keys), { flush: true })
  renameSync(`${file}.new`, file)
}

export function readKeys(file: string): TwoKeys {
  const { history, next } = JSON.parse(readFileSync(file, 'utf8')) as { history: string; next?: string }
  return { history: Buffer.from(history, 'hex'), next: next === undefined ? undefined : Buffer.from(next, 'hex') }
}
