import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-folder-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A disk of its own in memory, gone when the test ends. Only root may mount, and not in every container: else undefined. */
export function mountSmallDisk(options: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const folder = path.join(temporaryFolder(), 'disk')
  mkdirSync(folder)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) return undefined
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

/** A folder that nothing can be written into; undefined where there can be none. */
export function readOnlyFolder(): string | undefined {
  if (process.getuid?.() === 0) return mountSmallDisk('size=1m,ro')
  const folder = path.join(temporaryFolder(), 'read-only')
  mkdirSync(folder, { mode: 0o500 })
  onTestFinished(() => chmodSync(folder, 0o700))
  return folder
}

/** A folder of 16 MiB that can be closed to writing and opened again; undefined where that cannot be done. */
export function switchableFolder(): { folder: string; setReadOnly(value: boolean): void } | undefined {
  if (process.getuid?.() === 0) {
    const disk = mountSmallDisk('size=16m')
    const setReadOnly = (value: boolean): void =>
      void execFileSync('mount', ['-o', `remount,bind,${value ? 'ro' : 'rw'}`, disk ?? ''])
    return disk ? { folder: disk, setReadOnly } : undefined
  }
  const folder = path.join(temporaryFolder(), 'switchable')
  mkdirSync(folder)
  onTestFinished(() => chmodSync(folder, 0o700))
  return { folder, setReadOnly: (value) => chmodSync(folder, value ? 0o500 : 0o700) }
}
