import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

// Each gate is shown to bite: a violation is planted in an otherwise empty tree with the project's own configuration.
const root = path.resolve(import.meta.dirname, '../..')
const bin = (name: string) => path.join(root, 'node_modules', '.bin', name)
let tree: string

beforeEach(() => {
  tree = mkdtempSync(path.join(os.tmpdir(), 'alcove-gates-'))
  for (const file of ['biome.json', '.oxlintrc.json', 'tsconfig.base.json'])
    cpSync(path.join(root, file), path.join(tree, file))
  for (const folder of ['shared', 'electron', 'renderer']) {
    mkdirSync(path.join(tree, folder))
    cpSync(path.join(root, folder, 'tsconfig.json'), path.join(tree, folder, 'tsconfig.json'))
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'))
})

afterEach(() => rmSync(tree, { recursive: true }))

function plant(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true })
  writeFileSync(path.join(tree, file), text)
}

function run(command: string, args: string[]): string {
  const { stdout, stderr } = spawnSync(command, args, { cwd: tree, encoding: 'utf8' })
  return `${stdout}${stderr}`
}

const biome = () => run(bin('biome'), ['lint', '.', '--max-diagnostics=50'])

describe('the layer walls of biome.json', () => {
  it.each([
    ['Electron in the window', 'renderer/a.ts', "import { shell } from 'electron'\nshell.beep()\n", 'no Electron'],
    ['zod in the window', 'renderer/a.ts', "import { z } from 'zod'\nz.string()\n", 'no zod'],
    ['Node in the window', 'renderer/a.ts', "import fs from 'node:fs'\nfs.readdirSync('.')\n", 'no Node'],
    ['main in the window', 'renderer/b/a.ts', "import { x } from '../../electron/x.ts'\nx()\n", 'only through shared'],
    ['the window in main', 'electron/a.ts', "import { x } from '../renderer/x.ts'\nx()\n", 'does not know the window'],
    ['main in shared', 'shared/a.ts', "import { x } from '../electron/x.ts'\nx()\n", 'is a leaf'],
    ['Node in shared', 'shared/a.ts', "import fs from 'node:fs'\nfs.readdirSync('.')\n", 'is a leaf'],
    [
      'ipcMain in a feature',
      'electron/b/a.ts',
      "import { ipcMain } from 'electron'\nipcMain.on('x', () => {})\n",
      'belongs to electron/ipc',
    ],
    [
      'ipcMain in main.ts',
      'electron/main.ts',
      "import { ipcMain } from 'electron'\nipcMain.on('x', () => {})\n",
      'belongs to electron/ipc',
    ],
    ['channels in a feature', 'electron/b/a.ts', "import { x } from '../ipc/register.ts'\nx()\n", 'never see channels'],
    ['SQL in a feature', 'electron/b/a.ts', "import D from 'better-sqlite3'\nnew D('')\n", 'electron/history only'],
    [
      'SQL in the channels',
      'electron/ipc/a.ts',
      "import D from 'better-sqlite3'\nnew D('')\n",
      'electron/history only',
    ],
    [
      'Electron in the history',
      'electron/history/a.ts',
      "import { app } from 'electron'\napp.quit()\n",
      'there is no Electron',
    ],
    [
      'channels in the history',
      'electron/history/a.ts',
      "import { x } from '../ipc/push.ts'\nx()\n",
      'neither the window nor the channels',
    ],
    ['a default export', 'electron/a.ts', 'export default 1\n', 'noDefaultExport'],
    ['a file name in another case', 'electron/someFile.ts', 'export const a = 1\n', 'useFilenamingConvention'],
    [
      'a file that is too long',
      'electron/a.ts',
      'export const a = 1\n'.repeat(1) + Array.from({ length: 301 }, (_, i) => `export const b${i} = 1\n`).join(''),
      'noExcessiveLinesPerFile',
    ],
    ['a barrel', 'electron/b/a.ts', "export * from './x.ts'\n", 'noBarrelFile'],
  ])('refuse %s', (_what, file, text, expected) => {
    plant(file, text)
    expect(biome()).toContain(expected)
  })

  it('refuse an import cycle', () => {
    plant('electron/b/one.ts', "import { two } from './two.ts'\nexport const one = () => two()\n")
    plant('electron/b/two.ts', "import { one } from './one.ts'\nexport const two = () => one()\n")
    expect(biome()).toContain('noImportCycles')
  })

  it('let through what is allowed', () => {
    plant('electron/ipc/a.ts', "import { ipcMain } from 'electron'\n\nipcMain.on('x', () => {})\n")
    plant('electron/b/a.ts', "import { push } from '../ipc/push.ts'\n\npush()\n")
    plant(
      'electron/history/a.ts',
      "import Database from 'better-sqlite3'\n\nexport const open = () => new Database('')\n",
    )
    plant('renderer/a.ts', "import { AppError } from '../shared/errors.ts'\n\nexport const a = () => new AppError()\n")
    expect(biome()).not.toMatch(/noRestrictedImports|noImportCycles|noDefaultExport/)
  })
})

describe('SQL outside the history', () => {
  it('is found in sources, whatever opens the database', () => {
    const sql = String.raw`\b(SELECT\s+[\w*(][^'"\x60]*\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA\s+\w)`
    const grep = (folder: string) =>
      spawnSync(
        'grep',
        [
          '-rnP',
          '--include=*.ts',
          '--include=*.tsx',
          '--exclude=*.test.ts',
          '--exclude=*.storm.ts',
          '--exclude-dir=testing',
          sql,
          '.',
        ],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      ).stdout.split('\n')
    const outside = (lines: string[]) => lines.filter((line) => line !== '' && !line.startsWith('./history/'))
    plant('electron/b/a.ts', "export const sql = 'SELECT id FROM messages'\n")
    expect(outside(grep(path.join(tree, 'electron')))).toHaveLength(1)
    expect(outside(grep(path.join(root, 'electron')))).toEqual([])
    expect(outside(grep(path.join(root, 'shared')))).toEqual([])
    expect(outside(grep(path.join(root, 'renderer')))).toEqual([])
  })
})

describe('the type-aware rules of oxlint', () => {
  it('refuse a floating promise', () => {
    plant(
      'electron/a.ts',
      'async function work() {\n  await Promise.resolve()\n}\nexport function start() {\n  work()\n}\n',
    )
    expect(run(bin('oxlint'), ['--type-aware', '--tsconfig', 'electron/tsconfig.json', 'electron'])).toContain(
      'no-floating-promises',
    )
  })
})

describe('the compiler walls', () => {
  it.each([
    ['the DOM in main', 'electron', 'export const a = window.innerWidth\n', "Cannot find name 'window'"],
    ['Node in the window', 'renderer', 'export const a = process.argv\n', "Cannot find name 'process'"],
    ['the DOM in shared', 'shared', 'export const a = document.title\n', "Cannot find name 'document'"],
  ])('refuse %s', (_what, folder, text, expected) => {
    plant(`${folder}/a.ts`, text)
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    expect(
      run(process.execPath, [tsc, '-p', `${folder}/tsconfig.json`, '--noEmit', '--emitDeclarationOnly', 'false']),
    ).toContain(expected)
  })
})

describe('knip', () => {
  it('refuses a file and an export that nobody uses', () => {
    cpSync(path.join(root, 'knip.json'), path.join(tree, 'knip.json'))
    cpSync(path.join(root, 'package.json'), path.join(tree, 'package.json'))
    plant('electron/main.ts', "import { used } from './b/used.ts'\n\nused()\n")
    plant('electron/b/used.ts', 'export const used = () => 1\nexport const unused = 2\n')
    plant('electron/b/orphan.ts', 'export const orphan = 1\n')
    const output = run(bin('knip'), ['--include', 'files,exports'])
    expect(output).toContain('electron/b/orphan.ts')
    expect(output).toContain('unused')
  })
})
