// The commands that scripts give to the app: what they write, say and leave alone, beside an open window and without one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../electron/history/database.ts'
import { toRecoveryCode } from '../../electron/keys/recovery/recovery-code.ts'
import { longConversation } from '../../electron/transfer/testing/long-conversation.ts'
import { exportText } from '../../electron/transfer/testing/transfer-in-process.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { runCommand } from '../setup/run-command.ts'
import { seedConversation, seedHistory } from '../setup/seed-history.ts'

let userData: string
let outside: string
let launched: LaunchedApp | undefined

beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'alcove-headless-'))
  outside = mkdtempSync(join(tmpdir(), 'alcove-outside-'))
})

afterEach(async () => {
  await launched?.close().catch(() => {})
  launched = undefined
  for (const folder of [userData, outside]) rmSync(folder, { recursive: true, force: true })
})

const run = (...args: string[]) => runCommand(args, { userData })

/** Three conversations, large enough that most pages hold messages. Returns the export that the app makes of them. */
function seed(): string {
  seedHistory(userData, (db) => {
    for (const title of ['One', 'Two', 'Three'])
      seedConversation(db, title, [['question', 'a long answer '.repeat(3_000)]])
  })
  return exportHere()
}

/** What the code of the app's own export makes of the history as it stands. */
function exportHere(): string {
  const db = openDatabase({ file: join(userData, 'history.db'), key: storedKey(), readonly: true })
  try {
    return exportText(db)
  } finally {
    db.close()
  }
}

function storedKey(): Buffer {
  return Buffer.from(JSON.parse(readFileSync(join(userData, 'keys.json'), 'utf8')).history.value, 'base64')
}

function hashOf(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(userData, name)))
    .digest('hex')
}

describe('a command while Alcove is closed', () => {
  it('exports what the app exports, byte for byte', async () => {
    const expected = seed()
    const file = join(outside, 'all.json')
    const { exitCode, report, told } = await run('--export', file)
    expect({ exitCode, report, text: readFileSync(file, 'utf8') === expected }).toEqual({
      exitCode: 0,
      report: {
        command: 'export',
        ok: true,
        file,
        format: 'alcove-json',
        conversations: 3,
        messages: 6,
        sizeBytes: Buffer.byteLength(expected),
      },
      text: true,
    })
    expect(told).toBe(`3 conversations are in ${file}.\n`)
  })

  it('imports into a history that it makes, checks, counts and backs up, without a display', async () => {
    const file = join(outside, 'in.json')
    writeFileSync(file, longConversation(1_000))
    const alone = { userData, env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined } }
    const validated = await runCommand(['--validate', file], alone)
    expect(existsSync(join(userData, 'history.db'))).toBe(false)
    const imported = await runCommand(['--import', file], alone)
    const expected = { exitCode: 0, report: { ok: true, complete: true, messages: 1_000, problems: [] } }
    expect({ validated, imported }).toMatchObject({ validated: expected, imported: expected })
    const verified = await runCommand(['--verify'], alone)
    expect(verified).toMatchObject({
      exitCode: 0,
      report: { ok: true, integrity: 'ok', foreignKeys: 0, counts: { conversations: 1, messages: 1_000 } },
    })
    const counted = await runCommand(['--stats'], alone)
    expect(counted.report?.statistics).toContainEqual({ id: 'messages', unit: 'count', value: 1_000 })

    const backedUp = await runCommand(['--backup', outside], alone)
    expect(backedUp).toMatchObject({ exitCode: 0, report: { ok: true, integrity: 'ok' } })
    const before = exportHere()
    for (const name of readdirSync(userData)) {
      if (name.startsWith('history.db')) rmSync(join(userData, name))
    }
    renameSync(String(backedUp.report?.file), join(userData, 'history.db'))
    expect(exportHere()).toBe(before)
  })

  it.each([
    [['--export'], '--export needs a value.'],
    [['--verify', '--fast'], 'There is no option --fast.'],
    [['--verify', '--stats'], '--verify and --stats are two commands. Give one of them.'],
  ])('refuses %j with exit code 2 and says how it is used', async (args, message) => {
    const { exitCode, report, told } = await run(...args)
    expect({ exitCode, report }).toEqual({
      exitCode: 2,
      report: { command: null, ok: false, error: { code: 'usage', message } },
    })
    expect(told).toContain('Usage: alcove COMMAND')
  })

  it('says that there is no history, and makes none', async () => {
    for (const args of [['--verify'], ['--export', join(outside, 'all.json')], ['--stats'], ['--backup', outside]]) {
      const { exitCode, report } = await run(...args)
      expect({ exitCode, report }).toMatchObject({ exitCode: 1, report: { ok: false, error: { code: 'not-found' } } })
    }
    expect([existsSync(join(userData, 'history.db')), existsSync(join(userData, 'keys.json'))]).toEqual([false, false])
  })

  it('says why it cannot write, and leaves nothing', async () => {
    seed()
    const closed = join(outside, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    const results = [await run('--export', join(closed, 'all.json')), await run('--backup', closed)]
    chmodSync(closed, 0o700)
    // Root may write anywhere.
    const code = process.getuid?.() === 0 ? undefined : 'folder-read-only'
    if (code) {
      expect(results.map(({ exitCode, report }) => ({ exitCode, error: report?.error }))).toEqual(
        Array(2).fill({ exitCode: 1, error: { code, message: expect.any(String) } }),
      )
      expect(readdirSync(closed)).toEqual([])
    }
    const missing = await run('--backup', join(outside, 'missing'))
    expect(missing).toMatchObject({ exitCode: 1, report: { ok: false } })
    expect(existsSync(join(outside, 'missing'))).toBe(false)
  })

  it.runIf(canMount())('says that the disk is full, and leaves nothing', async () => {
    seed()
    const disk = join(outside, 'disk')
    mkdirSync(disk)
    const script = `mount -t tmpfs -o size=64k tmpfs '${disk}' && "$@"; code=$?; ls -A '${disk}' >&2; exit $code`
    const inside = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh']
    for (const args of [
      ['--export', join(disk, 'all.json')],
      ['--backup', disk],
    ]) {
      const { exitCode, report, told } = await runCommand(args, { userData, inside })
      expect({ exitCode, code: (report?.error as { code: string } | undefined)?.code }).toEqual({
        exitCode: 1,
        code: 'disk-full',
      })
      expect(told.trim().split('\n')).toHaveLength(1)
    }
  })

  it('tells a damaged history by its exit code, and changes nothing', async () => {
    seed()
    const file = join(userData, 'history.db')
    const bytes = readFileSync(file)
    for (let page = 20; page < Math.floor(bytes.length / 4096); page += 7) bytes[page * 4096 + 1000]! ^= 1
    writeFileSync(file, bytes)
    const before = hashOf('history.db')
    const { exitCode, report, told } = await run('--verify')
    expect({ exitCode, report }).toMatchObject({ exitCode: 4, report: { command: 'verify', ok: false } })
    expect(report?.integrity).not.toBe('ok')
    expect(told).toMatch(/damaged/)
    expect(hashOf('history.db')).toBe(before)
    // Without the first page no key fits, and yet it is not the key.
    bytes.fill(0, 0, 4096)
    writeFileSync(file, bytes)
    expect(await run('--verify')).toMatchObject({ exitCode: 4, report: { error: { code: 'history-corrupt' } } })
  })

  it('opens the history with the recovery code in a file where the stored key is gone', async () => {
    const expected = seed()
    const code = join(outside, 'code.txt')
    writeFileSync(code, `The code:\n${toRecoveryCode(storedKey())}\n`)
    renameSync(join(userData, 'keys.json'), join(outside, 'keys.json'))
    const file = join(outside, 'all.json')
    const without = await run('--export', file)
    expect(without).toMatchObject({ exitCode: 5, report: { error: { code: 'history-key-missing' } } })
    expect(without.told).toContain('--recovery-code-file FILE')
    const withCode = await run('--export', file, '--recovery-code-file', code)
    expect({ exitCode: withCode.exitCode, text: readFileSync(file, 'utf8') === expected }).toEqual({
      exitCode: 0,
      text: true,
    })
    writeFileSync(code, toRecoveryCode(Buffer.alloc(32, 7)))
    expect(await run('--verify', '--recovery-code-file', code)).toMatchObject({
      exitCode: 5,
      report: { error: { code: 'recovery-code-other' } },
    })
    expect(existsSync(join(userData, 'keys.json'))).toBe(false)
  })

  it('ends with 6 when a file could only be imported in part', async () => {
    const whole = longConversation(20)
    const file = join(outside, 'cut.json')
    writeFileSync(file, whole.slice(0, whole.length - 300))
    const { exitCode, report } = await run('--import', file)
    expect({ exitCode, report }).toMatchObject({ exitCode: 6, report: { ok: false, complete: false } })
  })
})

describe('a command while Alcove is open', () => {
  it('reads beside it, and refuses to write, without bringing its window up', async () => {
    seed()
    launched = await launchApp({ userData })
    const { app, window } = launched
    await window.getByText('Three').first().waitFor()
    await app.evaluate(({ BrowserWindow }) => {
      const open = BrowserWindow.getAllWindows()[0]!
      open.show = () => {
        process.env.SHOWN = `${Number(process.env.SHOWN ?? 0) + 1}`
      }
    })
    const shown = () => app.evaluate(() => Number(process.env.SHOWN ?? 0))
    const file = join(outside, 'all.json')
    const exported = await run('--export', file)
    const expected = exportHere()
    expect({ exitCode: exported.exitCode, text: readFileSync(file, 'utf8') === expected }).toEqual({
      exitCode: 0,
      text: true,
    })
    const others = [await run('--verify'), await run('--stats'), await run('--backup', outside)]
    expect(others.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])

    copyFileSync(file, join(outside, 'in.json'))
    const { exitCode, report } = await run('--import', join(outside, 'in.json'))
    expect({ exitCode, report }).toMatchObject({
      exitCode: 3,
      report: { command: 'import', ok: false, error: { code: 'history-locked' } },
    })
    expect(exportHere()).toBe(expected)
    expect(await shown()).toBe(0)
    // An ordinary second start does bring it up.
    expect((await run()).exitCode).toBe(0)
    await expect.poll(shown).toBe(1)
  })
})

function canMount(): boolean {
  const script = 'mount -t tmpfs -o size=64k tmpfs /mnt'
  return spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script]).status === 0
}
