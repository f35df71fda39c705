import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../electron/history/database.ts'
import { toRecoveryCode } from '../../electron/keys/recovery/recovery-code.ts'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type Keyring, keyringArguments, startKeyring } from '../setup/keyring.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { checkLook } from './check-look.ts'
import { alcovePage } from './page.ts'

/** No bus, and so no keyring, whatever the desktop of whoever runs this has. */
const noKeyring = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }

let launched: LaunchedApp | undefined
const folders: string[] = []

afterEach(shut)
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-keyring-'))
  folders.push(folder)
  return folder
}

async function shut(): Promise<void> {
  await launched?.close()
  launched = undefined
}

async function open(userData: string, env: Record<string, string> = noKeyring, store?: string) {
  const args = env === noKeyring ? ['--password-store=basic'] : keyringArguments
  launched = await launchApp({ userData, env, args: store ? [`--password-store=${store}`] : args })
  return { ...launched, page: alcovePage(launched.window) }
}

/**
 * Every file with something in it that holds the history or its key, and what that is. SQLite's index of the write-ahead
 * log is left out: a reader makes it too, beside an empty log.
 */
function fingerprint(userData: string): Record<string, string> {
  const names = readdirSync(userData).filter((name) => /^(?:history\.db|keys\.json)(?!-shm)/.test(name))
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(userData, name)))
      .digest('hex')
  const filled = names.filter((name) => statSync(join(userData, name)).size > 0)
  return Object.fromEntries(filled.sort().map((name) => [name, hash(name)]))
}

interface Refusal {
  title: string
  env?: Record<string, string>
  store?: string
  picture?: string
}

/** Opens the app, expects the page that says why the history is closed, tries again, and closes the app. */
async function expectRefused(userData: string, { title, env, store, picture }: Refusal): Promise<void> {
  const before = fingerprint(userData)
  const opened = await open(userData, env, store)
  const { window } = opened
  await window.getByRole('heading', { name: title }).waitFor()
  await window.getByText(words.history.untouched).waitFor()
  await window.getByRole('button', { name: words.common.retry }).click()
  await window.getByRole('button', { name: words.common.retry, disabled: false }).waitFor()
  await window.getByRole('heading', { name: title }).waitFor()
  if (picture) await checkLook(opened, 'keys', picture)
  await shut()
  expect(fingerprint(userData)).toEqual(before)
}

describe.runIf(process.platform === 'linux')('a history whose key is in the keyring', () => {
  const userData = newFolder()
  const home = newFolder()
  let keyring: Keyring
  /** As the keyring gives it out: base64. */
  let historyKey: string

  beforeAll(async () => {
    keyring = await startKeyring(home)
    const { app, page, window } = await open(userData, keyring.env)
    await page.openDemo.waitFor()
    await window.getByText(words.privacy.keyInKeyring).waitFor()
    await page.openDemo.click()
    await page.sendAndWait('Kept in the keyring')
    const { history } = JSON.parse(readFileSync(join(userData, 'keys.json'), 'utf8')) as { history: { value: string } }
    historyKey = await app.evaluate(({ safeStorage }, value) => {
      return safeStorage.decryptString(Buffer.from(value, 'base64'))
    }, history.value)
    await shut()
  })
  afterAll(() => keyring.stop())

  it('has its key wrapped, not written down', () => {
    const { history } = JSON.parse(readFileSync(join(userData, 'keys.json'), 'utf8')) as {
      history: { protection: string; backend: string; value: string }
    }
    expect(history).toMatchObject({ protection: 'keyring', backend: 'gnome_libsecret' })
    // Chromium's prefix of what it encrypted with a key from the keyring; a bare key would be 44 characters.
    expect(Buffer.from(history.value, 'base64').subarray(0, 3).toString()).toBe('v11')
    expect(Buffer.from(history.value, 'base64').length).toBeGreaterThan(44)
  })

  it('is refused without that keyring, stays as it is, and opens with it again', async () => {
    await expectRefused(userData, { title: words.history.title.keyringMissing, picture: 'keyring-missing' })
    await expectOpen(await open(userData, keyring.env))
  })

  it('is refused under another desktop, and says which keyring it is in', async () => {
    const title = words.history.title.keyringChanged
    await expectRefused(userData, { title, env: keyring.env, store: 'kwallet5', picture: 'keyring-changed' })
  })

  it('is refused by a keyring of the same kind that has never seen it', async () => {
    const other = await startKeyring(newFolder())
    try {
      const title = words.history.title.keyringWrong
      await expectRefused(userData, { title, env: other.env, picture: 'keyring-wrong' })
    } finally {
      await other.stop()
    }
  })

  it('is kept by another keyring too once the recovery code has opened it, and still by the first', async () => {
    const other = await startKeyring(newFolder())
    try {
      const opened = await open(userData, other.env)
      const code = toRecoveryCode(Buffer.from(historyKey, 'base64'))
      await opened.window.getByRole('textbox', { name: words.recovery.code }).fill(code)
      await opened.window.getByRole('button', { name: words.recovery.open }).click()
      await expectOpen(opened)
      await shut()
      await expectOpen(await open(userData, other.env))
      await shut()
    } finally {
      await other.stop()
    }
    await expectOpen(await open(userData, keyring.env))
  })

  it('is refused while that keyring is locked', async () => {
    await keyring.stop()
    const locked = await startKeyring(home, 'not the password', false)
    try {
      const title = words.history.title.keyringLocked
      await expectRefused(userData, { title, env: locked.env, picture: 'keyring-locked' })
    } finally {
      await locked.stop()
      keyring = await startKeyring(home)
    }
  })

  it('says so when the keyring never answers, and opens when it does after all', async () => {
    const before = fingerprint(userData)
    const opened = await open(userData)
    const { app, window } = opened
    await window.getByRole('heading', { name: words.history.title.keyringMissing }).waitFor()
    // As in a newer Electron, whose keyring is asked by promise.
    await app.evaluate(({ safeStorage }) => {
      const late = globalThis as { answer?: (key: string) => void }
      safeStorage.isAsyncEncryptionAvailable = async () => true
      safeStorage.getSelectedStorageBackend = () => 'gnome_libsecret'
      safeStorage.decryptStringAsync = () =>
        new Promise((resolve) => {
          late.answer = (key) => resolve({ result: key, shouldReEncrypt: false })
        })
    })
    await window.getByRole('button', { name: words.common.retry }).click()
    await window.getByRole('heading', { name: words.history.title.keyringSilent }).waitFor()
    await checkLook(opened, 'keys', 'keyring-silent')
    expect(fingerprint(userData)).toEqual(before)
    await app.evaluate((_electron, key) => (globalThis as { answer?: (key: string) => void }).answer?.(key), historyKey)
    await expectOpen(opened)
  })

  it('paints its page before a keyring that does not answer holds the whole app up', async () => {
    process.kill(keyring.pid, 'SIGSTOP')
    const opening = open(userData, keyring.env)
    // Nothing can be asked of the page while main stands still; what it has painted it tells afterwards.
    await sleep(8_000)
    const continuedAt = Date.now()
    process.kill(keyring.pid, 'SIGCONT')
    const opened = await opening
    await expectOpen(opened)
    const paintedAt = await opened.window.evaluate(() => {
      const [paint] = performance.getEntriesByName('first-contentful-paint')
      return performance.timeOrigin + (paint?.startTime ?? Number.POSITIVE_INFINITY)
    })
    expect(paintedAt).toBeLessThan(continuedAt)
  })

  async function expectOpen({ page }: Pick<Awaited<ReturnType<typeof open>>, 'page'>): Promise<void> {
    await page.rows.filter({ hasText: 'Kept in the keyring' }).click()
    await page.messages.getByText('Kept in the keyring', { exact: true }).waitFor()
  }
})

describe('a history without a keyring', () => {
  it('is said to be protected by a file that only this account can read', async () => {
    const { window } = await open(newFolder())
    await window.getByText(words.privacy.keyInFile).waitFor()
  })

  it('is never given another key when its key is lost', async () => {
    const userData = newFolder()
    seedHistory(userData, (db) => seedConversation(db, 'Here', [['Hello', 'Hello']]))
    rmSync(join(userData, 'keys.json'))
    await expectRefused(userData, { title: words.history.title.keyMissing, picture: 'key-missing' })
    expect(existsSync(join(userData, 'keys.json'))).toBe(false)
  })

  it('is refused and left alone when a newer Alcove wrote it', async () => {
    const userData = newFolder()
    seedHistory(userData, (db) => seedEndpoint(db, 'demo'))
    const { history } = JSON.parse(readFileSync(join(userData, 'keys.json'), 'utf8')) as { history: { value: string } }
    const db = openDatabase({ file: join(userData, 'history.db'), key: Buffer.from(history.value, 'base64') })
    db.pragma('user_version = 9000')
    db.close()
    await expectRefused(userData, { title: words.history.title.newer, picture: 'newer' })
  })
})
