// A message in the real window, from Enter to the wire and from the last token to the disk, with the data folder on disk
// and in memory (a temporary file system: the same functions, no disk to wait for), in a history of 0 and 1,000,000 messages.
// Other sizes: ALCOVE_BENCH_SIZES (0,1000000).
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHistoryFile } from '../electron/history/open-history-file.ts'
import { cachedHistory } from '../electron/history/testing/cached-history.ts'
import { alcovePage } from '../tests/e2e/page.ts'
import { type LaunchedApp, launchApp } from '../tests/setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../tests/setup/seed-history.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { quantile } from './measuring/take-turns.ts'
import { startTimedEndpoint, type TimedEndpoint } from './measuring/timed-endpoint.ts'

const SIZES = (process.env.ALCOVE_BENCH_SIZES ?? '0,1000000').split(',').map(Number)
const ROUNDS = 4
const SENDS = 5
const TOKENS_PER_SECOND = 200

/** Noted in the window: when Enter was pressed, and when main said that the reply has ended and is saved. */
interface Noted {
  enterMs: number
  savedMs: number
}

interface Started {
  name: string
  launched: LaunchedApp
  toWire: number[]
  toDisk: number[]
}

interface Use {
  cpuMs: number
  mainMiB: number
  allMiB: number
}

function makeUserData(userData: string, messages: number, url: string): void {
  if (messages === 0) {
    seedHistory(userData, (db) => seedEndpoint(db, url))
    return
  }
  const { file, key } = cachedHistory(messages)
  mkdirSync(userData, { recursive: true })
  const history = { protection: 'file', backend: 'file', value: key.toString('base64') }
  writeFileSync(join(userData, 'keys.json'), JSON.stringify({ version: 1, history, endpoints: {} }), { mode: 0o600 })
  copyFileSync(file, join(userData, 'history.db'))
  const db = openHistoryFile({ file: join(userData, 'history.db'), key })
  seedEndpoint(db, url)
  db.close()
}

async function start(name: string, userData: string): Promise<Started> {
  const launched = await launchApp({ userData })
  const page = alcovePage(launched.window)
  await page.startConversation()
  await launched.window.evaluate(() => {
    const noted: Noted = { enterMs: 0, savedMs: 0 }
    Object.assign(window, { noted })
    const clock = () => performance.timeOrigin + performance.now()
    document.addEventListener(
      'keydown',
      ({ key }) => {
        if (key === 'Enter') noted.enterMs = clock()
      },
      { capture: true },
    )
    window.bridge.onPush((push, payload) => {
      const { status } = payload as { status?: string }
      if (push === 'replies.changed' && status !== 'streaming') noted.savedMs = clock()
    })
  })
  return { name, launched, toWire: [], toDisk: [] }
}

async function send({ launched, toWire, toDisk }: Started, endpoint: TimedEndpoint, text: string): Promise<void> {
  const { window } = launched
  const { composer } = alcovePage(window)
  await composer.fill(text)
  await composer.press('Enter')
  await window.waitForFunction(() => {
    const { enterMs, savedMs } = (window as unknown as { noted: Noted }).noted
    return savedMs > enterMs
  })
  const noted = await window.evaluate(() => (window as unknown as { noted: Noted }).noted)
  const { arrivedMs, endedMs } = endpoint.newest()
  toWire.push(arrivedMs - noted.enterMs)
  toDisk.push(noted.savedMs - endedMs)
}

/** CPU of all processes since the start of the app, and memory now. */
async function useOf({ app }: LaunchedApp): Promise<Use> {
  const metrics = await app.evaluate(({ app: inside }) => inside.getAppMetrics())
  const mib = metrics.map(({ type, memory }) => ({ type, mib: memory.workingSetSize / 1024 }))
  return {
    cpuMs: metrics.reduce((sum, { cpu }) => sum + (cpu.cumulativeCPUUsage ?? 0) * 1_000, 0),
    mainMiB: mib.find(({ type }) => type === 'Browser')?.mib ?? 0,
    allMiB: mib.reduce((sum, one) => sum + one.mib, 0),
  }
}

async function measureSize(folder: string, messages: number, endpoint: TimedEndpoint): Promise<object[]> {
  const folders = {
    'on disk': join(folder, String(messages)),
    'in memory': mkdtempSync(join(memoryFolder(), 'alcove-bench-')),
  }
  const started: Started[] = []
  try {
    for (const [name, userData] of Object.entries(folders)) {
      makeUserData(userData, messages, endpoint.url)
      started.push(await start(`${messages} messages, ${name}`, userData))
    }
    for (const one of started) for (let turn = 0; turn < SENDS; turn += 1) await send(one, endpoint, `Warm up ${turn}`)
    for (const one of started) for (const kept of [one.toWire, one.toDisk]) kept.length = 0
    const before = await Promise.all(started.map(({ launched }) => useOf(launched)))
    for (let round = 0; round < ROUNDS; round += 1)
      for (const one of started)
        for (let turn = 0; turn < SENDS; turn += 1) await send(one, endpoint, `Message ${round} ${turn}`)
    const after = await Promise.all(started.map(({ launched }) => useOf(launched)))
    return started.map((one, index) => row(one, before[index], after[index]))
  } finally {
    for (const { launched } of started) await launched.close()
    for (const userData of Object.values(folders)) rmSync(userData, { recursive: true, force: true })
  }
}

function row({ name, toWire, toDisk }: Started, before: Use | undefined, after: Use | undefined): object {
  const p50p95 = (times: number[]) => [0.5, 0.95].map((share) => quantile(times, share).toFixed(1)).join(' / ')
  return {
    history: name,
    'Enter to wire, ms': p50p95(toWire),
    'last token to saved, ms': p50p95(toDisk),
    'CPU ms per exchange': (((after?.cpuMs ?? 0) - (before?.cpuMs ?? 0)) / ROUNDS / SENDS).toFixed(0),
    'main MiB': after?.mainMiB.toFixed(0),
    'all processes MiB': after?.allMiB.toFixed(0),
  }
}

/** Where files are in memory; where there is no such place both measure the disk. */
function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

await inBenchFolder(async (folder) => {
  const endpoint = await startTimedEndpoint(TOKENS_PER_SECOND)
  try {
    const rows: object[] = []
    for (const messages of SIZES) rows.push(...(await measureSize(folder, messages, endpoint)))
    console.table(rows)
    console.log('p50 / p95; CPU and memory of all processes of the app')
  } finally {
    endpoint.close()
  }
})
