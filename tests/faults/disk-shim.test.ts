import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { armFault, type FaultOptions, faultEnvironment, readFaultCounts } from './disk-shim.ts'
import { type Operation, readOperationLog } from './operation-log.ts'

const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')

let outside = ''
beforeEach(() => {
  outside = mkdtempSync(path.join(os.tmpdir(), 'alcove-shim-'))
  return () => rmSync(outside, { recursive: true })
})

function prepare() {
  const folder = path.join(outside, 'data')
  const [log, control, marks] = ['log', 'control', 'marks'].map((name) => path.join(outside, name)) as [
    string,
    string,
    string,
  ]
  armFault(control, undefined)
  execFileSync('mkdir', [folder])
  return { folder, log, control, marks }
}

/** Runs lines of CommonJS in the folder; `control` and `marks` are paths. Returns what they printed. */
function runProgram(options: Required<FaultOptions>, program: string): string {
  const { control, marks } = options
  const values = `const fs = require('node:fs'); const Sqlite = require(${JSON.stringify(sqlite)});
    const control = ${JSON.stringify(control)}; const marks = fs.openSync(${JSON.stringify(marks)}, 'a');`
  const env = { ...process.env, ...faultEnvironment(options) }
  return execFileSync(process.execPath, ['-e', values + program], { env, cwd: options.folder, encoding: 'utf8' })
}

/** One line for each operation but closings, with names for paths and handles. */
function describeLog(operations: Operation[]): string[] {
  const names = new Map<string, string>()
  return operations.flatMap((operation) => {
    if (operation.kind === 'open') names.set(operation.handle, path.basename(operation.path))
    const name = 'handle' in operation ? (names.get(operation.handle ?? '') ?? '?') : ''
    switch (operation.kind) {
      case 'write':
        return `write ${name} ${operation.offset} ${operation.data.toString()}`
      case 'truncate':
        return `truncate ${operation.path ? path.basename(operation.path) : name} ${operation.size}`
      case 'rename':
      case 'link':
        return `${operation.kind} ${path.basename(operation.path)} ${path.basename(operation.to)}`
      case 'unlink':
      case 'mkdir':
        return `${operation.kind} ${path.basename(operation.path)}`
      case 'mark':
        return `mark ${operation.text}`
      case 'fault':
        return `fault ${operation.errno}`
      case 'close':
        return []
      default:
        return operation.kind === 'open' && operation.made ? `make ${name}` : `${operation.kind} ${name}`
    }
  })
}

describe('the library between a program and the disk', () => {
  it('logs every operation that changes the folder, with the marks of the program in their place', () => {
    const options = prepare()
    runProgram(
      options,
      `fs.writeFileSync('a', 'one'); fs.appendFileSync('a', 'two'); fs.writeSync(marks, 'written');
       const fd = fs.openSync('a', 'r+'); fs.writevSync(fd, [Buffer.from('x'), Buffer.from('y')], 1); fs.ftruncateSync(fd, 4);
       fs.fsyncSync(fd); fs.fdatasyncSync(fd); fs.closeSync(fd); fs.truncateSync('a', 3); fs.writeSync(marks, 'synced');
       fs.mkdirSync('d'); fs.renameSync('a', 'd/b'); fs.linkSync('d/b', 'c'); fs.copyFileSync('c', 'e'); fs.unlinkSync('c');
       const folder = fs.openSync('.', 'r'); fs.fsyncSync(folder); fs.rmSync('d', { recursive: true });`,
    )
    expect(describeLog(readOperationLog(options.log))).toEqual([
      'make a',
      'write a 0 one',
      'open a',
      'write a 3 two',
      'mark written',
      'open a',
      'write a 1 x',
      'write a 2 y',
      'truncate a 4',
      'sync a',
      'sync a',
      'open a',
      'truncate a 3',
      'mark synced',
      'mkdir d',
      'rename a b',
      'link b c',
      'open c',
      'make e',
      'truncate e 0',
      'write e 0 oxy',
      'unlink c',
      'open data',
      'sync data',
      'open d',
      'unlink b',
      'unlink d',
    ])
    expect(readFileSync(options.marks, 'utf8')).toBe('writtensynced')
  })

  it('sees what SQLite writes and syncs for one commit in the write-ahead log', () => {
    const options = prepare()
    runProgram(
      options,
      `const db = new Sqlite('h.db'); db.pragma('journal_mode = WAL'); db.pragma('synchronous = FULL');
       db.exec('CREATE TABLE t (v)'); fs.writeSync(marks, 'before'); db.exec("INSERT INTO t VALUES ('text')");
       fs.writeSync(marks, 'after');`,
    )
    const log = readOperationLog(options.log)
    const [before, after] = ['before', 'after'].map((text) =>
      log.findIndex((one) => one.kind === 'mark' && one.text === text),
    )
    const wal = log.find((one) => one.kind === 'open' && one.path.endsWith('-wal'))
    const commit = log
      .slice(before, after)
      .filter((one) => 'handle' in one && wal && 'handle' in wal && one.handle === wal.handle)
    expect(commit.map(({ kind }) => kind)).toEqual(['write', 'write', 'sync'])
  })

  it('fails the call that the test names, once or from then on, until the test says otherwise', () => {
    const options = prepare()
    const attempt = `const attempt = (value) => { try { fs.writeFileSync('f', String(value)); return 'ok' } catch (e) { return e.code } };`
    armFault(options.control, { classes: ['write'], nth: 2, error: 'EIO' })
    expect(runProgram(options, `${attempt} console.log([1, 2, 3].map(attempt).join())`)).toBe('ok,EIO,ok\n')
    expect(readFaultCounts(options.control)).toEqual({ seen: 3, failed: 1 })
    armFault(options.control, { classes: ['write', 'sync'], nth: 2, error: 'ENOSPC', forever: true })
    const disarmed = `${attempt} const first = [1, 2, 3].map(attempt); const fd = fs.openSync(control, 'r+');
      fs.writeSync(fd, Buffer.alloc(24)); console.log([...first, attempt(4)].join())`
    expect(runProgram(options, disarmed)).toBe('ok,ENOSPC,ENOSPC,ok\n')
  })

  it('fails what SQLite does as well', () => {
    const options = prepare()
    const program = `const db = new Sqlite('h.db'); db.pragma('journal_mode = WAL'); db.pragma('synchronous = FULL');
      const codes = [1, 2].map((n) => { try { db.exec('CREATE TABLE t' + n + ' (v)'); return 'ok' } catch (e) { return e.code } });
      console.log(codes.join())`
    armFault(options.control, { classes: ['sync'], nth: 6, error: 'EIO', forever: true })
    expect(runProgram(options, program)).toContain('SQLITE_IOERR_FSYNC')
  })
})
