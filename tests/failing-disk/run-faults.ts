/** Runs the days of `program/fail-calls.ts` in a process below the disk shim. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { bundleForNode } from '../../electron/history/testing/bundle-for-node.ts'
import { armFault, faultEnvironment } from '../faults/disk-shim.ts'
import type { Orders, Outcome } from './program/fail-calls.ts'

/** Returns the folder of the bundled program, which the caller removes. */
export function bundleProgram(): Promise<string> {
  return bundleForNode({ program: path.join(import.meta.dirname, 'program/fail-calls.ts') })
}

export interface FaultRun {
  outcomes: Outcome[]
  /** What ended the process before its end, with the call that failed last; null when nothing did. */
  crash: string | null
}

/** Waiting for a real disk would be most of the time. */
function inMemory(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()
}

/** `programs` is the folder of `bundleProgram`. */
export async function runFaults(
  programs: string,
  orders: Omit<Orders, 'folder' | 'outside' | 'control'>,
): Promise<FaultRun> {
  const outside = mkdtempSync(path.join(inMemory(), 'alcove-faults-'))
  const folder = path.join(outside, 'data')
  mkdirSync(folder)
  const control = path.join(outside, 'control')
  armFault(control, undefined)
  const all: Orders = { ...orders, folder, outside, control }
  const child = spawn(process.execPath, [path.join(programs, 'program.mjs'), JSON.stringify(all)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...faultEnvironment({ folder, control }) },
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const run: FaultRun = { outcomes: [], crash: null }
  let last = 0
  let isWhole = false
  const closed = once(child, 'close')
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line) as Outcome | { started: number } | { end: true }
    if ('started' in said) last = said.started
    else if ('end' in said) isWhole = true
    else run.outcomes.push(said)
  }
  const [code, signal] = (await closed) as [number | null, string | null]
  if (!isWhole) run.crash = `call ${last}: code ${code}, ${signal}: ${complaint.slice(0, 2000)}`
  rmSync(outside, { recursive: true })
  return run
}
