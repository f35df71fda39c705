import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { toRecoveryCode } from '../../electron/keys/recovery/recovery-code.ts'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { checkLook } from './check-look.ts'
import { heapOf, tracesIn, tracesInFiles, tracesInProcesses } from './key-traces.ts'
import { answerOpenDialog, answerSaveDialog } from './native-dialogs.ts'
import { alcovePage } from './page.ts'

const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }
const folders: string[] = []
let launched: LaunchedApp | undefined

afterEach(shut)
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function shut(): Promise<void> {
  await launched?.close()
  launched = undefined
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-recovery-'))
  folders.push(folder)
  return folder
}

/** A data folder with some conversations, and the key of its history. */
function seeded(): { userData: string; key: Buffer } {
  const userData = newFolder()
  seedHistory(userData, (db) => {
    seedEndpoint(db, 'demo')
    for (const title of ['Sparrows', 'Finches', 'Owls']) seedConversation(db, title, [['Hello', 'Hello.']])
  })
  return { userData, key: Buffer.from(readKeys(userData).history?.value ?? '', 'base64') }
}

function readKeys(userData: string) {
  const text = readFileSync(join(userData, 'keys.json'), 'utf8')
  return JSON.parse(text) as { history: { protection: string; value: string } | null; formerHistory?: unknown[] }
}

async function open(userData: string) {
  launched = await launchApp({ userData, env, args: ['--password-store=basic'] })
  const { window } = launched
  const page = alcovePage(window)
  const code = window.getByRole('textbox', { name: words.recovery.code })
  const openWithCode = window.getByRole('button', { name: words.recovery.open })
  return { ...launched, page, code, openWithCode }
}

interface Box {
  message: string
  detail: string
  buttons: string[]
}

/** From now on the system's message boxes are answered with these, in turn, and then with the button to close. */
async function answerBoxes(app: ElectronApplication, answers: { response: number; checked?: boolean }[]) {
  await app.evaluate(({ dialog }, given) => {
    const shown: unknown[] = []
    Object.assign(globalThis, { shownBoxes: shown })
    dialog.showMessageBox = (async (...args: unknown[]) => {
      const options = args.at(-1) as { cancelId?: number }
      const { response = options.cancelId ?? 0, checked = false } = given[shown.length] ?? {}
      shown.push(options)
      return { response, checkboxChecked: checked }
    }) as typeof dialog.showMessageBox
  }, answers)
  return () => app.evaluate(() => (globalThis as unknown as { shownBoxes: Box[] }).shownBoxes)
}

function fingerprint(userData: string): Record<string, string> {
  const names = readdirSync(userData).filter((name) => /^(?:history\.db|keys)/.test(name) && !name.endsWith('-shm'))
  const filled = names.filter((name) => statSync(join(userData, name)).size > 0).sort()
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(userData, name)))
      .digest('hex')
  return Object.fromEntries(filled.map((name) => [name, hash(name)]))
}

describe('the recovery code', () => {
  it('is asked for once there is something to lose, can be put off, and is not asked for again at once', async () => {
    const { userData } = seeded()
    const opened = await open(userData)
    const reminder = opened.window.getByRole('region', { name: words.recovery.reminderTitle })
    await reminder.waitFor()
    await checkLook(opened, 'keys', 'reminder')
    await reminder.getByRole('button', { name: words.recovery.later }).click()
    await reminder.waitFor({ state: 'detached' })
    await shut()
    const again = await open(userData)
    await again.page.rows.first().waitFor()
    expect(await again.window.getByRole('region', { name: words.recovery.reminderTitle }).count()).toBe(0)
  })

  it('is shown by main, saved for its owner only, and copied; then nobody asks any more', async () => {
    const { userData, key } = seeded()
    const { app, window, page } = await open(userData)
    const file = join(newFolder(), 'code.txt')
    // A file that everybody may read is there already.
    writeFileSync(file, 'old', { mode: 0o644 })
    await answerSaveDialog(app, file)
    const shown = await answerBoxes(app, [{ response: 1 }, { response: 0 }])
    await window.getByRole('button', { name: words.recovery.showShort }).click()
    await window.getByRole('region', { name: words.recovery.reminderTitle }).waitFor({ state: 'detached' })
    const boxes = await shown()
    expect(boxes.map(({ buttons }) => buttons)).toEqual([1, 2].map(() => expect.arrayContaining([words.dialogs.close])))
    expect(boxes[0]?.detail.replaceAll('\n', '-')).toContain(toRecoveryCode(key))
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(toRecoveryCode(key))
    expect(readFileSync(file, 'utf8').replaceAll('\n', '-')).toContain(toRecoveryCode(key))
    expect(readFileSync(file, 'utf8')).not.toMatch(/\b20\d\d\b/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await page.sidebar.getByRole('button', { name: words.sidebar.settings }).click()
    await window.getByRole('tab', { name: words.settings.section.privacy }).click()
    await window.getByText(words.recovery.saved).waitFor()
  })

  it('opens a history whose key is gone, after two wrong ones that change nothing', async () => {
    const { userData, key } = seeded()
    rmSync(join(userData, 'keys.json'))
    const before = fingerprint(userData)
    const opened = await open(userData)
    const { app, window, page, code, openWithCode } = opened
    await window.getByRole('heading', { name: words.history.title.keyMissing }).waitFor()

    const right = toRecoveryCode(key)
    const typo = right.slice(0, 30) + (right[30] === 'Q' ? 'P' : 'Q') + right.slice(31)
    await code.fill(typo)
    await openWithCode.click()
    await window.getByText('There is a mistake in group 7').waitFor()
    expect(await code.inputValue()).toBe(typo)
    await checkLook(opened, 'keys', 'code-typo')

    await code.fill(toRecoveryCode(Buffer.alloc(32, 1)))
    await openWithCode.click()
    await window.getByText('belongs to another history').waitFor()
    expect({ now: fingerprint(userData), field: await code.inputValue() }).toEqual({ now: before, field: '' })

    const shown = await answerBoxes(app, [{ response: 0 }])
    await code.fill(right.toLowerCase().replaceAll('-', ' '))
    await code.press('Enter')
    await page.rows.filter({ hasText: 'Owls' }).waitFor()
    expect((await shown()).map(({ message }) => message)).toEqual([words.dialogs.keepInFile])
    expect(tracesIn(await heapOf(window), key)).toEqual([])
    await shut()
    await (await open(userData)).page.rows.filter({ hasText: 'Owls' }).waitFor()
  })

  it('is another one once the key was changed, and the former one opens nothing any more', async () => {
    const { userData, key } = seeded()
    const opened = await open(userData)
    const { app, window, page } = opened
    const shown = await answerBoxes(app, [{ response: 0 }, { response: 2, checked: true }])
    await page.sidebar.getByRole('button', { name: words.sidebar.settings }).click()
    await window.getByRole('tab', { name: words.settings.section.privacy }).click()
    await checkLook(opened, 'keys', 'settings-privacy')
    await window.getByRole('button', { name: words.recovery.change }).click()
    await window.getByText(words.recovery.changed).waitFor()
    await window.getByText(words.recovery.saved).waitFor()
    const [question, box] = await shown()
    expect(question?.message).toBe(words.dialogs.changeKey)
    const newCode = /AL[A-Z0-9-]{72}/.exec(box?.detail.replaceAll('\n', '-') ?? '')?.[0] ?? ''
    await shut()
    rmSync(join(userData, 'keys.json'))
    const again = await open(userData)
    await answerBoxes(again.app, [{ response: 1 }])
    await again.code.fill(toRecoveryCode(key))
    await again.openWithCode.click()
    await again.window.getByText('belongs to another history').waitFor()
    await again.code.fill(newCode)
    await again.openWithCode.click()
    await again.page.rows.filter({ hasText: 'Owls' }).waitFor()
  })

  it('is asked for at each start when no file may hold the key, and can come from a file', async () => {
    const { userData, key } = seeded()
    const wrapped = { protection: 'keyring', backend: 'kwallet6', value: 'djExAAAA' }
    writeFileSync(join(userData, 'keys.json'), JSON.stringify({ version: 1, history: wrapped, endpoints: {} }))
    const before = fingerprint(userData)
    const file = join(newFolder(), 'code.txt')
    writeFileSync(file, `The code:\n\n${toRecoveryCode(key)}\n`)
    for (let start = 0; start < 2; start++) {
      const { app, window, page } = await open(userData)
      await answerOpenDialog(app, file)
      await answerBoxes(app, [{ response: 1 }])
      await window.getByRole('button', { name: words.recovery.chooseFile }).click()
      await page.rows.filter({ hasText: 'Owls' }).waitFor()
      await shut()
      expect(fingerprint(userData)['keys.json']).toBe(before['keys.json'])
    }
  })
})

describe('the key of the history', () => {
  let opened: Awaited<ReturnType<typeof open>>
  let key: Buffer
  let userData: string
  const exported = join(newFolder(), 'export.json')

  beforeAll(async () => {
    ;({ userData, key } = seeded())
    opened = await open(userData)
    const { app, window, page } = opened
    await noteMessages(app)
    await answerBoxes(app, [{ response: 1 }])
    await answerSaveDialog(app, exported)
    await page.rows.filter({ hasText: 'Owls' }).click()
    await page.sendAndWait('A question')
    await page.sidebar.getByRole('button', { name: words.sidebar.settings }).click()
    await window.getByRole('tab', { name: words.settings.section.privacy }).click()
    await page.dialog.getByRole('button', { name: words.recovery.show }).click()
    await window.keyboard.press('Escape')
    await page.exportEverything()
    launched = undefined
  })
  afterAll(() => opened.close())

  it('is in no message from main to the window', async () => {
    const messages = await opened.app.evaluate(() => (globalThis as unknown as { noted: string[] }).noted)
    expect(messages.length).toBeGreaterThan(20)
    expect(messages.filter((message) => tracesIn(message, key).length > 0)).toEqual([])
    expect(messages.some((message) => message.includes('A question'))).toBe(true)
  })

  it.runIf(process.platform === 'linux')('is in no command line and no environment', () => {
    const { processes, environments, found } = tracesInProcesses(opened.app.process().pid ?? 0, key)
    expect(found).toEqual([])
    expect({ several: processes > 3, environments: environments > 0 }).toEqual({ several: true, environments: true })
    // The search itself finds what is there.
    const planted = Buffer.from(process.argv[0] ?? '').subarray(0, 32)
    expect(tracesInProcesses(process.pid, planted).found.length).toBeGreaterThan(0)
  })

  it('is in no file but the one that keeps it: no log, no export, no preferences, nothing of Chromium', () => {
    expect(tracesInFiles(userData, key)).toEqual(['keys.json'])
    expect(tracesIn(readFileSync(exported, 'latin1'), key)).toEqual([])
    expect(readFileSync(exported, 'utf8')).toContain('A question')
  })

  it('is not in the memory of the page, where a planted one is found', async () => {
    const { window } = opened
    expect(tracesIn(await heapOf(window), key)).toEqual([])
    await window.evaluate((code) => {
      Object.assign(globalThis, { planted: { code } })
    }, toRecoveryCode(key))
    expect(tracesIn(await heapOf(window), key)).toEqual(['code'])
  })

  it('leaves no crash dump behind when the page dies', async () => {
    const { app } = opened
    await app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      const reloaded = new Promise<void>((resolve) => contents?.once('did-finish-load', () => resolve()))
      contents?.forcefullyCrashRenderer()
      await reloaded
    })
    const files = readdirSync(userData, { recursive: true, encoding: 'utf8' })
    expect(files.filter((name) => /\.dmp$|^core/.test(name))).toEqual([])
    expect(tracesInFiles(userData, key)).toEqual(['keys.json'])
  })
})

/** Notes whatever main says to the window from now on: answers, news, and parts of streams. */
async function noteMessages(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ BrowserWindow, ipcMain, MessageChannelMain }) => {
    const noted: string[] = []
    Object.assign(globalThis, { noted })
    const note = (value: unknown) => noted.push(JSON.stringify(value) ?? '')
    const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (...args: unknown[]) => unknown> })
      ._invokeHandlers
    const answer = handlers.get('call')
    if (!answer) throw new Error('main answers no calls')
    handlers.set('call', async (...args) => {
      const value = await answer(...args)
      note(value)
      return value
    })
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents) throw new Error('there is no window')
    const send = contents.send.bind(contents)
    contents.send = (channel, ...args) => {
      note(args)
      send(channel, ...args)
    }
    const ports = Object.getPrototypeOf(new MessageChannelMain().port1) as { postMessage(message: unknown): void }
    const post = ports.postMessage
    ports.postMessage = function (message) {
      note(message)
      post.call(this, message)
    }
  })
}
