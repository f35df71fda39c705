import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { MessageBoxOptions } from 'electron'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { createKeyStore, type KeyStore } from '../key-store.ts'
import { noKeyring } from '../testing/fake-keyring.ts'

/** Of the system's dialogs: which button of each box is pressed, and where a file is saved. */
const system = vi.hoisted(() => ({
  presses: [] as number[],
  boxes: [] as MessageBoxOptions[],
  savePath: '',
  clipboard: '',
}))
vi.mock('electron', () => ({
  dialog: {
    showMessageBox: async (options: MessageBoxOptions) => {
      system.boxes.push(options)
      await Promise.resolve()
      return { response: system.presses.shift() ?? options.cancelId, checkboxChecked: false }
    },
    showSaveDialog: async () => ({ canceled: system.savePath === '', filePath: system.savePath }),
    showOpenDialog: async () => ({ canceled: system.savePath === '', filePaths: [system.savePath] }),
  },
  clipboard: {
    writeText: (text: string) => void Object.assign(system, { clipboard: text }),
    readText: () => system.clipboard,
    clear: () => void Object.assign(system, { clipboard: '' }),
  },
}))
const { askAndChangeKey, openWithCode, openWithFile, showCode } = await import('./use-recovery-code.ts')
const { toRecoveryCode } = await import('./recovery-code.ts')

const [SAVE, COPY] = [0, 1]
let folder: string
let keys: KeyStore
let code: string

beforeEach(async () => {
  Object.assign(system, { presses: [], boxes: [], savePath: '', clipboard: '' })
  folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-code-'))
  keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  await keys.openWithStoredKey(path.join(folder, 'history.db'), async (key) => {
    code = toRecoveryCode(key)
  })
})
afterEach(() => void vi.useRealTimers())

describe('showing the recovery code', () => {
  it('saves it for its owner only, also over a file that others could read, and as something that opens again', async () => {
    system.savePath = path.join(folder, 'code.txt')
    system.presses = [SAVE]
    writeFileSync(system.savePath, 'old')
    chmodSync(system.savePath, 0o644)
    expect(await showCode(undefined, keys)).toBe(true)
    expect(statSync(system.savePath).mode & 0o777).toBe(0o600)
    expect(readFileSync(system.savePath, 'utf8')).toMatch(/^This is the recovery code/)
    const opened: string[] = []
    await openWithFile({ openWithKey: async (key) => void opened.push(toRecoveryCode(key)) }, undefined)
    expect(opened).toEqual([code])
  })

  it('goes on when it could not be saved, and does not count as kept', async () => {
    system.savePath = path.join(folder, 'missing', 'code.txt')
    system.presses = [SAVE]
    expect(await showCode(undefined, keys)).toBe(false)
    expect(system.boxes.map(({ type }) => type)).toEqual(['none', 'warning', 'none'])
  })

  it('takes a copied code off the clipboard after two minutes, unless something else was copied', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    system.presses = [COPY]
    await showCode(undefined, keys)
    expect(system.clipboard).toBe(code)
    await vi.advanceTimersByTimeAsync(2 * 60_000)
    expect(system.clipboard).toBe('')
    system.presses = [COPY]
    await showCode(undefined, keys)
    system.clipboard = 'something else'
    await vi.advanceTimersByTimeAsync(2 * 60_000)
    expect(system.clipboard).toBe('something else')
  })

  it('opens one box at a time, however often the window asks', async () => {
    const first = showCode(undefined, keys)
    await expect(showCode(undefined, keys)).rejects.toMatchObject({ code: 'conflict' })
    await first
    expect(system.boxes.length).toBe(1)
  })

  it('is refused while no history is open', async () => {
    const closed = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
    await expect(showCode(undefined, closed)).rejects.toMatchObject({ code: 'history-unavailable' })
  })
})

describe('a recovery code', () => {
  const refusing = (error: AppError) => ({ openWithKey: () => Promise.reject(error) })

  it('of another history is told from one with a mistake and from a history that is damaged', async () => {
    const other = refusing(new AppError('history-key-wrong', 'does not fit'))
    await expect(openWithCode(other, code)).rejects.toMatchObject({ code: 'recovery-code-other' })
    await expect(openWithCode(other, code.slice(1))).rejects.toMatchObject({ code: 'recovery-code-wrong' })
    const damaged = refusing(new AppError('history-corrupt', 'damaged'))
    await expect(openWithCode(damaged, code)).rejects.toMatchObject({ code: 'history-corrupt' })
  })
})

describe('changing the key', () => {
  function alcove(readOnly: boolean, replies: number) {
    const changes: string[] = []
    return {
      changes,
      open: () => ({ history: { opened: { readOnly } }, replies: { count: () => replies } }),
      changeKey: async () => {
        changes.push('changed')
        return { backupsUnderFormerKey: 2 }
      },
    }
  }

  it('is done when the person says so, and only then', async () => {
    const willing = alcove(false, 0)
    expect(await askAndChangeKey(willing, undefined)).toEqual({ changed: false, backups: 0 })
    system.presses = [0]
    expect(await askAndChangeKey(willing, undefined)).toEqual({ changed: true, backups: 2 })
    expect(willing.changes).toEqual(['changed'])
  })

  it.each<[string, boolean, number, string]>([
    ['a reply is written', false, 1, 'conflict'],
    ['the history can only be read', true, 0, 'history-read-only'],
  ])('is refused, without a question, while %s', async (_why, readOnly, replies, expected) => {
    await expect(askAndChangeKey(alcove(readOnly, replies), undefined)).rejects.toMatchObject({ code: expected })
    expect(system.boxes).toEqual([])
  })
})
