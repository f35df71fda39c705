import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { createKeyStore } from '../../electron/keys/key-store.ts'
import { noKeyring } from '../../electron/keys/testing/fake-keyring.ts'
import { alcovePage } from '../e2e/page.ts'
import { startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { seededRandom } from '../faults/crash-state.ts'
import { launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { checkHistory } from './check-history.ts'
import { type Acknowledgement, wordsText } from './program/acknowledgement.ts'
import { monotonicMs } from './program/chat.ts'
import { countOf, percentile, seedOf } from './storm.ts'

/** Enough for longer than any run lasts. */
const WORDS = wordsText(3000)
const LOOK_EVERY_MS = 30
/** What was on the screen for so long must be on the disk, however busy that is. */
const SEEN_FOR_MS = 1000
/** And for so long while the disk answers at once; here it may be busy with other tests. */
const PROMISED_MS = 250

interface Run {
  /** What was painted, in order of time. */
  seen: Array<{ atMs: number; text: string }>
  killedAtMs: number
}

/** Sends a question, watches its reply grow, and kills the app at a random moment. */
async function runUntilKilled(userData: string, question: string, longestMs: number): Promise<Run> {
  const { app, window } = await launchApp({ userData })
  const page = alcovePage(window)
  await page.composer.fill(question)
  await page.composer.press('Enter')
  await page.messages.last().getByText(question).waitFor()
  await page.stop.waitFor()
  const seen: Run['seen'] = []
  const until = monotonicMs() + longestMs
  const reply = page.replies.last().locator('p').first()
  while (monotonicMs() < until) {
    const text = await reply.textContent({ timeout: 1000 }).catch(() => null)
    if (text) seen.push({ atMs: monotonicMs(), text })
    await delay(LOOK_EVERY_MS)
  }
  const child = app.process()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const killedAtMs = monotonicMs()
  child.kill('SIGKILL')
  await ended
  return { seen, killedAtMs }
}

async function readReplies(userData: string): Promise<string[]> {
  let replies: string[] = []
  const file = path.join(userData, 'history.db')
  await createKeyStore(path.join(userData, 'keys.json'), noKeyring).openWithStoredKey(file, async (key) => {
    const db = openHistoryFile({ file, key })
    const sql = "SELECT text FROM messages WHERE role = 'assistant' ORDER BY seq"
    replies = db.prepare<[], string>(sql).pluck().all()
    db.close()
  })
  return replies
}

it('loses nothing of what was on the screen when the app itself is killed twenty times', async () => {
  const [kills, seed] = [countOf(20), seedOf()]
  const random = seededRandom(seed)
  const userData = mkdtempSync(path.join(tmpdir(), 'alcove-window-kills-'))
  const fake = await startFakeEndpoint({ tokensPerSecond: 300, reply: () => ({ text: WORDS, reasoning: '' }) })
  seedHistory(userData, (db) => seedEndpoint(db, fake.url))
  const acknowledged: Acknowledgement[] = [{ type: 'opened' }]
  const problems: string[] = []
  const reopening: number[] = []
  let words = 0
  let late = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const question = `question ${kill}`
    const { seen, killedAtMs } = await runUntilKilled(userData, question, 500 + random() * 2500)
    acknowledged.push({ type: 'message', conversationId: '', text: question })
    const checked = await checkHistory(userData, { acknowledged, scenario: 'chat' })
    problems.push(...checked.problems.map((problem) => `kill ${kill}: ${problem}`))
    reopening.push(checked.reopenMs)
    const seenFor = (ms: number) => seen.findLast(({ atMs }) => atMs < killedAtMs - ms)?.text.trim() ?? ''
    const due = seenFor(SEEN_FOR_MS)
    const stored = (await readReplies(userData)).at(-1) ?? ''
    if (!stored.startsWith(due)) problems.push(`kill ${kill}: lost words that were on the screen`)
    if (!stored.startsWith(seenFor(PROMISED_MS))) late += 1
    words += due === '' ? 0 : due.split(' ').length
  }
  await fake.close()
  rmSync(userData, { recursive: true })
  console.log(
    `kills of the app in its window: ${kills}, seed ${seed}: ${problems.length} problems; ${words} words that were painted ` +
      `for a second were looked for; ${late} kills lost some that were painted for 250 ms; reopened in ${percentile(reopening, 50)} ms (p50), ${percentile(reopening, 95)} ms (p95)`,
  )
  expect(problems).toEqual([])
  expect(words).toBeGreaterThan(kills)
})
