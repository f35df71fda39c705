import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../database.ts'
import { checkBeforeOpening, explainUnreadable, keepHeader } from './kept-header.ts'
import { PAGE_BYTES } from './pages/page-cipher.ts'
import { keptHeaderOf } from './pages/page-source.ts'
import { type BuiltHistory, buildHistory, flipBit, spoilPage } from './testing/damaged-history.ts'

const size = { conversations: 2, turns: 2 }
const isCorrupt = expect.objectContaining({ code: 'history-corrupt' })

function kept(built: BuiltHistory): Buffer {
  return readFileSync(keptHeaderOf(built.file))
}

describe('the kept header', () => {
  it('is written beside the history for its owner alone, and only when it has changed', () => {
    const built = buildHistory(size)
    keepHeader(built)
    const header = keptHeaderOf(built.file)
    expect(statSync(header).mode & 0o777).toBe(0o600)
    expect(
      kept(built)
        .subarray(4, 4 + PAGE_BYTES)
        .equals(readFileSync(built.file).subarray(0, PAGE_BYTES)),
    ).toBe(true)
    const { ino } = statSync(header)
    keepHeader(built)
    expect(statSync(header).ino).toBe(ino)
    const db = openDatabase(built)
    db.exec('CREATE TABLE later (a INTEGER) STRICT')
    db.close()
    keepHeader(built)
    expect(statSync(header).ino).not.toBe(ino)
  })

  it.each([
    ['the first page', 1],
    ['a page that names the tables', undefined],
  ])('is not taken from a file of which %s is damaged', (_, page) => {
    const built = buildHistory(size)
    keepHeader(built)
    const before = kept(built)
    spoilPage(built.file, page ?? built.pagesOf('sqlite_schema', 'leaf')[0])
    keepHeader(built)
    expect(kept(built).equals(before)).toBe(true)
  })

  it('is not taken while a log may hold newer pages', () => {
    const built = buildHistory(size)
    rmSync(keptHeaderOf(built.file), { force: true })
    writeFileSync(`${built.file}-wal`, 'something')
    keepHeader(built)
    expect(existsSync(keptHeaderOf(built.file))).toBe(false)
  })
})

describe('a file before it is opened', () => {
  it.each([
    ['the salt', 3],
    ['the rest of the first page', 2_000],
  ])('is refused where %s is damaged, though the key is right', (_, offset) => {
    const built = buildHistory(size)
    checkBeforeOpening(built)
    flipBit(built.file, offset)
    expect(() => checkBeforeOpening(built)).toThrow(isCorrupt)
    expect(explainUnreadable(built)).toBe('damaged')
  })

  it('is not refused for a key that does not fit, which is another matter', () => {
    const built = buildHistory(size)
    checkBeforeOpening(built)
    const other = { file: built.file, key: Buffer.alloc(32, 7) }
    checkBeforeOpening(other)
    expect(explainUnreadable(other)).toBe('other-key')
  })

  it('is the salvaged one where putting that in place was cut off', () => {
    const built = buildHistory(size)
    const salvaged = built.file.replace('.db', '.salvaged-1.db')
    writeFileSync(salvaged, readFileSync(built.file))
    writeFileSync(built.file, 'damaged')
    checkBeforeOpening(built)
    expect([existsSync(salvaged), explainUnreadable(built)]).toEqual([false, 'damaged'])
    openDatabase(built).close()
  })

  it('that does not exist yet, or is empty, is no damage', () => {
    const built = buildHistory(size)
    const none = { file: `${built.file}.none`, key: built.key }
    checkBeforeOpening(none)
    writeFileSync(none.file, '')
    checkBeforeOpening(none)
    expect(existsSync(keptHeaderOf(none.file))).toBe(false)
  })
})
