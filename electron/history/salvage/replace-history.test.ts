import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { finishReplacing, replaceHistory } from './replace-history.ts'

const life = vi.hoisted(() => ({ calls: 0, last: Number.POSITIVE_INFINITY, did: [] as string[] }))

/** Each change of the folder counts; after the last one the process is gone, as it were. */
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const mortal = <Args extends unknown[]>(change: (...args: Args) => unknown) => {
    return (...args: Args) => {
      life.calls += 1
      life.did.push(change.name)
      if (life.calls > life.last) throw new Error('killed')
      return change(...args)
    }
  }
  return {
    ...real,
    fsyncSync(handle: number) {
      life.did.push('fsyncSync')
      real.fsyncSync(handle)
    },
    linkSync: mortal(real.linkSync),
    renameSync: mortal(real.renameSync),
    rmSync: mortal(real.rmSync),
  }
})

function liveFor(changes: number): void {
  life.did = []
  life.calls = 0
  life.last = changes
}

afterEach(() => liveFor(Number.POSITIVE_INFINITY))

function lay() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-replace-'))
  onTestFinished(() => {
    liveFor(Number.POSITIVE_INFINITY)
    rmSync(folder, { recursive: true, force: true })
  })
  const file = path.join(folder, 'history.db')
  const salvaged = path.join(folder, '.history-salvage.part')
  writeFileSync(file, 'damaged')
  writeFileSync(`${file}-wal`, 'log of the damaged one')
  writeFileSync(salvaged, 'salvaged')
  return { folder, file, salvaged }
}

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : null)

describe('putting the salvaged history in place', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('leaves the one or the other when it is killed after %i changes', (changes) => {
    const { file, salvaged } = lay()
    liveFor(changes)
    try {
      replaceHistory({ file, salvaged })
    } catch (error) {
      expect(error).toMatchObject({ message: 'killed' })
    }
    expect(read(file)).toBeOneOf(['damaged', 'salvaged'])
    liveFor(Number.POSITIVE_INFINITY)
    finishReplacing({ file })
    const pair = [read(file), read(`${file}-wal`)]
    expect(pair).toBeOneOf([
      ['damaged', 'log of the damaged one'],
      ['salvaged', null],
    ])
    if (pair[0] === 'salvaged') {
      const kept = file.replace('.db', '.damaged-1.db')
      expect([read(kept), read(`${kept}-wal`)]).toEqual(['damaged', 'log of the damaged one'])
    }
  })

  it('has each step on the disk before the next one, the salvaged file first', () => {
    const { file, salvaged } = lay()
    liveFor(Number.POSITIVE_INFINITY)
    replaceHistory({ file, salvaged })
    const kept = ['linkSync', 'linkSync', 'fsyncSync']
    const chosen = ['renameSync', 'fsyncSync', 'rmSync', 'rmSync', 'fsyncSync', 'renameSync', 'fsyncSync']
    expect(life.did).toEqual(['fsyncSync', ...kept, ...chosen])
  })

  it('keeps each damaged one under a name of its own', () => {
    const { file, salvaged } = lay()
    expect(replaceHistory({ file, salvaged })).toBe('history.damaged-1.db')
    writeFileSync(salvaged, 'salvaged again')
    expect(replaceHistory({ file, salvaged })).toBe('history.damaged-2.db')
    expect([read(file), read(file.replace('.db', '.damaged-2.db'))]).toEqual(['salvaged again', 'salvaged'])
  })
})
