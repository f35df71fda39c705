import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { temporaryFile } from './testing/temporary-history.ts'

it('does not open a file that does not keep what a history promises, such as one that keeps its free pages', () => {
  const { file, key } = temporaryFile()
  const other = new Sqlite(file)
  other.pragma("cipher = 'sqlcipher'")
  other.pragma('legacy = 4')
  other.key(Buffer.concat([Buffer.from('raw:'), key]))
  other.pragma('auto_vacuum = NONE')
  other.exec('CREATE TABLE conversations (id TEXT)')
  other.close()
  // Too late: a file with pages in it stays as it was made.
  expect(() => openDatabase({ file, key })).toThrow(expect.objectContaining({ code: 'history-unavailable' }))
})
