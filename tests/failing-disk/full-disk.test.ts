import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ensureBallast } from '../../electron/history/ballast.ts'
import { fromDiskError } from '../../electron/history/sqlite-errors.ts'
import { mountSmallDisk, temporaryFolder } from '../../electron/history/testing/small-disk.ts'
import { exportText } from '../../electron/transfer/testing/transfer-in-process.ts'
import { AppError } from '../../shared/errors.ts'
import { type Day, steps } from './program/steps.ts'
import { compareWithDay } from './program/what-must-be-there.ts'

const KIB = 1024
const BALLAST_BYTES = 1024 * KIB

/** Takes all that is left of the disk; returns what gives it back. */
function fill(disk: string): () => void {
  const file = path.join(disk, 'filler')
  for (const bytes of [64 * KIB, KIB]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // Full.
    }
  }
  return () => rmSync(file)
}

async function attempt(day: Day, name: string): Promise<string> {
  try {
    await steps[name]?.(day)
    return 'ok'
  } catch (error) {
    const known = fromDiskError(error)
    return known instanceof AppError ? known.code : String(known)
  }
}

it('does on a full disk what makes room and what is before the eyes, and all else once there is space', async ({
  skip,
}) => {
  const disk = mountSmallDisk('size=12m') ?? skip('cannot mount here')
  const day: Day = {
    folder: path.join(disk, 'data'),
    outside: temporaryFolder(),
    ballastBytes: BALLAST_BYTES,
    open: undefined,
  }
  mkdirSync(path.join(day.folder, 'backups'), { recursive: true })
  const outcomes: Record<string, string> = {}
  for (const name of Object.keys(steps)) {
    if (name !== 'close') await ensureBallast(day.folder, { bytes: BALLAST_BYTES, room: BALLAST_BYTES })
    const release = fill(disk)
    outcomes[name] = await attempt(day, name)
    if (day.open) {
      expect(await attempt(day, 'read')).toBe('ok')
      expect(exportText(day.open.db)).toContain('alcove-json')
    }
    release()
    if (outcomes[name] !== 'ok') expect([name, await attempt(day, name)]).toEqual([name, 'ok'])
  }
  expect(outcomes).toEqual({
    open: 'ok',
    read: 'ok',
    create: 'disk-full',
    send: 'disk-full',
    'first chunk': 'ok',
    'second chunk': 'ok',
    finish: 'ok',
    'create another': 'disk-full',
    trash: 'ok',
    erase: 'ok',
    // What was erased goes; the index waits.
    idle: 'disk-full',
    import: 'disk-full',
    'back up': 'disk-full',
    close: 'ok',
  })
  await steps.open?.(day)
  expect(compareWithDay(day, { existing: false, onlyOpening: false })).toEqual([])
  await steps.close?.(day)
})
