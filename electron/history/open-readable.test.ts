import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReadable } from './open-readable.ts'
import { temporaryFile } from './testing/temporary-history.ts'

const schema1 = path.join(import.meta.dirname, '../../tests/fixtures/histories/schema-1')

/** A history that an earlier version wrote, in a folder where no backup can be made. */
function historyWithoutBackup() {
  const { file } = temporaryFile()
  for (const end of ['', '-wal']) copyFileSync(path.join(schema1, `history.db${end}`), file + end)
  const backups = path.join(path.dirname(file), 'backups')
  writeFileSync(backups, 'a file where the folder should be')
  return { file, backups, key: Buffer.from(readFileSync(path.join(schema1, 'key.hex'), 'utf8').trim(), 'hex') }
}

function versionOf(opened: ReturnType<typeof openReadable>): unknown {
  return opened.db.pragma('user_version', { simple: true })
}

describe('an older history of which no backup can be made', () => {
  it('can be read in the new form, stays in the old one, and says why', () => {
    const { file, backups, key } = historyWithoutBackup()
    const opened = openReadable({ file, key })
    const count = opened.db.prepare('SELECT count(*) FROM messages').pluck().get()
    expect({ ...opened, db: undefined, close: undefined, count }).toEqual({
      file: expect.not.stringContaining(path.dirname(file)),
      readOnly: true,
      notUpdated: expect.stringContaining('nothing was changed'),
      count: 181,
    })
    expect(readdirSync(path.dirname(opened.file)).filter((name) => name.includes('backup'))).toEqual([])
    const newest = versionOf(opened)
    opened.close()

    rmSync(backups)
    mkdirSync(backups)
    const again = openReadable({ file, key })
    expect([again.readOnly, again.notUpdated, versionOf(again), readdirSync(backups).length]).toEqual([
      false,
      undefined,
      newest,
      1,
    ])
    again.close()
  })
})
