import { linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../testing/small-disk.ts'
import { placeNewFile } from './durable-files.ts'

vi.mock('node:fs', { spy: true })

/** A folder with a new file in it that has no name of its own yet. */
function unfinished(): { folder: string; temporary: string; file: string } {
  const folder = temporaryFolder()
  const temporary = path.join(folder, '.part')
  writeFileSync(temporary, 'new')
  return { folder, temporary, file: path.join(folder, 'file') }
}

describe.each(['a disk', 'a memory stick, which knows no second names,'])('placing a file on %s', (disk) => {
  function prepare() {
    if (disk === 'a disk') return
    vi.mocked(linkSync).mockImplementationOnce(() => {
      throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
    })
  }

  it('gives it its name', () => {
    const { folder, temporary, file } = unfinished()
    prepare()
    placeNewFile(temporary, file)
    expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['file'], 'new'])
  })

  it('replaces nothing', () => {
    const { folder, temporary, file } = unfinished()
    writeFileSync(file, 'mine')
    prepare()
    expect(() => placeNewFile(temporary, file)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect([readdirSync(folder), readFileSync(file, 'utf8')]).toEqual([['.part', 'file'], 'mine'])
  })
})
