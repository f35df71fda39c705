import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type CrashChoice, layOutCrashState, seededRandom } from './crash-state.ts'
import { createDiskModel } from './disk-model.ts'
import type { Operation } from './operation-log.ts'

type Step = Operation extends infer One ? (One extends Operation ? Omit<One, 'index' | 'pid' | 'atMs'> : never) : never

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-crash-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A folder with one durable file `old`, and what a crash after the steps may leave of it. */
function afterSteps(steps: Step[]): (choice: CrashChoice, seed?: number) => Record<string, string> {
  const from = temporaryFolder()
  writeFileSync(path.join(from, 'old'), 'durable')
  const disk = createDiskModel(from)
  for (const [index, step] of steps.entries()) {
    const placed = Object.fromEntries(
      Object.entries(step).map(([key, value]) => [
        key,
        key === 'path' || key === 'to' ? path.join(from, value) : value,
      ]),
    )
    disk.play({ index, pid: 1, atMs: index, ...placed } as Operation)
  }
  return (choice, seed = 1) => {
    const target = temporaryFolder()
    layOutCrashState(disk, { from, target, choice, random: seededRandom(seed) })
    const entries = readdirSync(target, { recursive: true, encoding: 'utf8' })
    const files = entries.filter((name) => statSync(path.join(target, name)).isFile())
    return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(target, name), 'latin1')]))
  }
}

const write = (handle: string, offset: number, text: string): Step => ({
  kind: 'write',
  handle,
  offset,
  data: Buffer.from(text),
})
const open = (handle: string, name: string, made = false): Step => ({
  kind: 'open',
  handle,
  path: name,
  flags: 0,
  made,
})
const sync = (handle: string): Step => ({ kind: 'sync', handle, dataOnly: false })
const kept = { writes: 'kept', names: 'kept' } as const
const dropped = { writes: 'dropped', names: 'dropped' } as const

describe('what a power failure leaves', () => {
  it('is everything that was synced, and of the rest what is chosen', () => {
    const state = afterSteps([
      open('1', 'old'),
      write('1', 0, 'D'),
      sync('1'),
      write('1', 7, '!'),
      { kind: 'truncate', handle: '1', path: '', size: 3 },
    ])
    expect([state(kept), state(dropped)]).toEqual([{ old: 'Dur' }, { old: 'Durable' }])
  })

  it('has a new name only once its folder was synced, whatever was synced of the file', () => {
    const steps = [open('1', 'new', true), write('1', 0, 'text'), sync('1')]
    expect(afterSteps(steps)(dropped)).toEqual({ old: 'durable' })
    expect(afterSteps([...steps, open('2', ''), sync('2')])(dropped)).toEqual({ old: 'durable', new: 'text' })
  })

  it('has either name of what was renamed, never neither', () => {
    const steps: Step[] = [
      open('1', 'new', true),
      write('1', 0, 'text'),
      sync('1'),
      open('2', ''),
      sync('2'),
      { kind: 'rename', path: 'new', to: 'old' },
    ]
    expect([afterSteps(steps)(kept), afterSteps(steps)(dropped)]).toEqual([
      { old: 'text' },
      { old: 'durable', new: 'text' },
    ])
  })

  it('loses what lies in a folder whose making was lost', () => {
    const steps: Step[] = [
      { kind: 'mkdir', path: 'in' },
      open('1', 'in/new', true),
      write('1', 0, 'x'),
      sync('1'),
      open('2', 'in'),
      sync('2'),
    ]
    expect([afterSteps(steps)(kept), afterSteps(steps)(dropped)]).toEqual([
      { old: 'durable', 'in/new': 'x' },
      { old: 'durable' },
    ])
  })

  it('may have lost any of several writes, and have torn one at a sector', () => {
    const state = afterSteps([open('1', 'old'), write('1', 0, 'A'.repeat(1024)), write('1', 1024, 'B'.repeat(1024))])
    const seen = (writes: CrashChoice['writes']) => {
      const states = Array.from({ length: 60 }, (_, seed) => state({ writes, names: 'kept' }, seed).old ?? '')
      return new Set(states.map((text) => text.replace(/durable\0*/, '_').replace(/(.)\1*/g, '$1')))
    }
    expect(seen('prefix')).toEqual(new Set(['_', 'A', 'AB']))
    expect(seen('subset')).toEqual(new Set(['_', 'A', 'AB', '_B']))
    expect(seen('torn').size).toBeGreaterThan(4)
  })
})
