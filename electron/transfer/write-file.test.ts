import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './testing/transfer-in-process.ts'
import { writeWholeFile } from './write-file.ts'

const never = new AbortController().signal
const PIECE = 'x'.repeat(100_000)

function* pieces(count: number, each: (index: number) => void = () => undefined): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    each(index)
    yield PIECE
  }
}

/** Only root may mount, and not in every container. Returns undefined where it may not. */
function mountSmallDisk(options: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const folder = path.join(temporaryFolder(), 'disk')
  mkdirSync(folder)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) return undefined
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

function readOnlyFolder(): string | undefined {
  if (process.getuid?.() === 0) return mountSmallDisk('size=1m,ro')
  const folder = path.join(temporaryFolder(), 'read-only')
  mkdirSync(folder, { mode: 0o500 })
  onTestFinished(() => chmodSync(folder, 0o700))
  return folder
}

describe('writing a whole file', () => {
  it('writes every piece, for its owner alone, and tells the bytes so far', async () => {
    const file = path.join(temporaryFolder(), 'export.json')
    const told: number[] = []
    const text = ['ä', '😀'.repeat(200_000), PIECE, '\u2028']
    const sizeBytes = await writeWholeFile({
      path: file,
      pieces: text,
      signal: never,
      onWritten: (so) => told.push(so),
    })
    expect(readFileSync(file, 'utf8')).toBe(text.join(''))
    expect(sizeBytes).toBe(statSync(file).size)
    expect(told.at(-1)).toBe(sizeBytes)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('leaves the old file alone until the new one is whole', async () => {
    const file = path.join(temporaryFolder(), 'export.json')
    writeFileSync(file, 'old')
    const seen = new Set<string>()
    await writeWholeFile({ path: file, pieces: pieces(20, () => seen.add(readFileSync(file, 'utf8'))), signal: never })
    expect({ during: [...seen], after: statSync(file).size }).toEqual({ during: ['old'], after: 20 * PIECE.length })
  })

  it('keeps the old file and leaves no other when it is cancelled', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'export.json')
    writeFileSync(file, 'old')
    const cancel = new AbortController()
    const cancelled = pieces(50, (index) => index === 25 && cancel.abort())
    await expect(writeWholeFile({ path: file, pieces: cancelled, signal: cancel.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect({ files: readdirSync(folder), text: readFileSync(file, 'utf8') }).toEqual({
      files: ['export.json'],
      text: 'old',
    })
  })

  it('keeps the old file and leaves no other when reading fails half-way', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'export.json')
    writeFileSync(file, 'old')
    const failing = pieces(50, (index) => {
      if (index === 25) throw new TypeError('broken')
    })
    await expect(writeWholeFile({ path: file, pieces: failing, signal: never })).rejects.toThrow(TypeError)
    expect({ files: readdirSync(folder), text: readFileSync(file, 'utf8') }).toEqual({
      files: ['export.json'],
      text: 'old',
    })
  })

  it('says that the disk is full, and keeps the old file', async ({ skip }) => {
    const folder = mountSmallDisk('size=1m')
    if (!folder) return skip('a small disk cannot be mounted here')
    const file = path.join(folder, 'export.json')
    writeFileSync(file, 'old')
    await expect(writeWholeFile({ path: file, pieces: pieces(50), signal: never })).rejects.toMatchObject({
      code: 'disk-full',
      message: 'The disk is full, so no file was written. Free some space or choose another place, then export again.',
    })
    expect({ files: readdirSync(folder), text: readFileSync(file, 'utf8') }).toEqual({
      files: ['export.json'],
      text: 'old',
    })
  })

  it('says that the folder is read-only', async ({ skip }) => {
    const folder = readOnlyFolder()
    if (!folder) return skip('a read-only folder cannot be made here')
    const file = path.join(folder, 'export.json')
    await expect(writeWholeFile({ path: file, pieces: pieces(1), signal: never })).rejects.toMatchObject({
      code: 'folder-read-only',
    })
  })

  it('says that the folder is gone', async () => {
    const folder = temporaryFolder()
    rmSync(folder, { recursive: true })
    await expect(
      writeWholeFile({ path: path.join(folder, 'export.json'), pieces: pieces(1), signal: never }),
    ).rejects.toMatchObject({ code: 'export-failed' })
  })

  it('takes over what a killed export to the same file left behind', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'export.json')
    writeFileSync(path.join(folder, '.export.json.alcove-part'), 'left over from a kill, and longer than the new one')
    await writeWholeFile({ path: file, pieces: ['new'], signal: never })
    expect({ files: readdirSync(folder), text: readFileSync(file, 'utf8') }).toEqual({
      files: ['export.json'],
      text: 'new',
    })
  })
})
