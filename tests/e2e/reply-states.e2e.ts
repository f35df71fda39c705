// Every state of a reply that a person may have to understand, in the real window: pictured in each look, and in order.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { chunkEvent, type Fault, replyEvents } from '../fakes/fake-fault.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { checkLook } from './check-look.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const userData = mkdtempSync(join(tmpdir(), 'alcove-reply-states-'))
let fake: FakeEndpoint
let launched: LaunchedApp
let page: AlcovePage

beforeAll(async () => {
  fake = await startFakeEndpoint({ contextTokens: 100_000 })
  seedHistory(userData, (db) => seedEndpoint(db, fake.url))
  launched = await launchApp({ userData })
  page = alcovePage(launched.window)
  await bridgeCall(launched.window, 'settings.update', { titles: 'first-line' })
})
afterAll(async () => {
  await launched.close()
  await fake.close()
  rmSync(userData, { recursive: true, force: true })
})
afterEach(async () => {
  fake.setFault(null)
  if (await page.stop.isVisible()) await page.stop.click()
})

async function ask(fault: Fault | null, text = 'How are the tides made?'): Promise<void> {
  await page.startConversation()
  fake.setFault(fault)
  await page.composer.fill(text)
  await page.composer.press('Enter')
  await page.messages.getByText(text.slice(0, 40)).first().waitFor()
}

const picture = (state: string) => checkLook(launched, 'reply-states', state)
const reply = () => page.replies.last()

describe('a wait', () => {
  it('for the model to load says so, and for how long', async () => {
    await ask({ type: 'loading' })
    await reply().getByText(words.transcript.loadingModel).waitFor()
    await reply().getByText('· 3 s').waitFor()
    await picture('loading')
  })

  it('for the prompt to be read says how far that is', async () => {
    const event = `data: ${JSON.stringify({ choices: [{ delta: { role: 'assistant', content: null } }], prompt_progress: { total: 4_000, cache: 0, processed: 1_720, time_ms: 1 } })}\n\n`
    await ask({ type: 'raw', chunks: [event], after: 'hold' })
    await reply().getByText('43 % · 1,720 of 4,000 tokens').waitFor()
    await picture('reading')
    expect(await reply().getByRole('progressbar').getAttribute('aria-valuenow')).toBe('43')
  })

  it('in turn behind another reply says so', async () => {
    await ask({ type: 'slow-tokens', tokensPerSecond: 15 }, 'long')
    await reply().getByRole('heading').first().waitFor()
    await ask({ type: 'silent' }, 'And the moon?')
    await reply().getByText(words.transcript.queued).waitFor()
    await picture('queued')
    await reply().getByText('in “long”').waitFor()
    await page.stop.click()
    await page.rows.filter({ hasText: 'long' }).first().click()
  })

  it('for a reply that goes on is told below what was written already', async () => {
    await ask({ type: 'cut', afterTokens: 5 })
    await page.continueReply.waitFor()
    await picture('server-gone')
    fake.setFault({ type: 'loading' })
    await page.continueReply.click()
    await reply().getByText(words.transcript.loadingModel).waitFor()
    await reply().getByText('The answer is forty-two').waitFor()
    await picture('loading-again')
  })

  it('says how long it still takes, once that can be told', async () => {
    const read = (processed: number) =>
      `data: ${JSON.stringify({ choices: [{ delta: { role: 'assistant', content: null } }], prompt_progress: { total: 60_000, cache: 0, processed, time_ms: 1 } })}\n\n`
    const chunks = [1_000, 1_400, 1_800, 2_200].map(read)
    await ask({ type: 'raw', chunks, gapMs: 800, after: 'hold' })
    await reply()
      .getByText(/about \d+:\d\d left/)
      .waitFor()
    await picture('reading-rest')
  })

  it('is over when text comes, and then tells how fast', async () => {
    await ask({ type: 'slow-tokens', tokensPerSecond: 30 }, 'long')
    await reply()
      .getByText(/\d+ tok\/s/)
      .waitFor()
    await picture('writing')
  })
})

describe('an end', () => {
  const ended = (reason: string, delta: object = {}): Fault => ({
    type: 'raw',
    chunks: [chunkEvent({ content: 'The moon pulls at the sea.', ...delta }), ...replyEvents([], reason).slice(1)],
  })

  it('by the length limit or a filter is told apart', async () => {
    await ask(ended('length'))
    await reply().getByText(words.transcript.lengthLimit).waitFor()
    await picture('length')
    await ask(ended('something_new'))
    await reply().getByText('ended: something_new').waitFor()
    await ask(ended('content_filter'))
    await reply().getByText(words.transcript.filtered).waitFor()
    await picture('filtered')
  })

  it('after thoughts alone is not called a failure, and the limit of that can be set at once', async () => {
    const thought = chunkEvent({ reasoning_content: 'The sea moves, so something must pull at it.' })
    const only = (reason: string): Fault => ({ type: 'raw', chunks: [thought, ...replyEvents([], reason).slice(1)] })
    await ask(only('stop'))
    await reply().getByText(words.transcript.thoughtOnly).waitFor()
    await ask(only('length'))
    await reply().getByText(words.transcript.lengthThinking).waitFor()
    await picture('only-thoughts')
    await reply().getByRole('button', { name: words.replySettings.open }).click()
    await page.dialog.getByRole('textbox', { name: words.sampling.maxTokens }).waitFor()
    await launched.window.keyboard.press('Escape')
    await page.dialog.waitFor({ state: 'detached' })
  })

  it('with a tool that was asked for shows it as text, and runs nothing', async () => {
    const call = { index: 0, id: 'c', function: { name: '<img src=x>', arguments: '{"place":"<b>Brest</b>"}' } }
    await ask(ended('tool_calls', { tool_calls: [call] }))
    await reply()
      .getByRole('button', { name: /asked for a tool/ })
      .click()
    await reply().getByText('<b>Brest</b>').waitFor()
    expect(await reply().locator('img, b').count()).toBe(0)
    await picture('tool-call')
  })
})

describe('what a request was told', () => {
  it('is said beside the reply: a prompt that was cut, a field that was refused, a shorter conversation', async () => {
    const long = 'The harbour was quiet and the boats lay still. '.repeat(200)
    const counts = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 1_026, completion_tokens: 3 } })}\n\n`
    await ask({ type: 'raw', chunks: [...replyEvents(['Fine.']).slice(0, 3), counts, 'data: [DONE]\n\n'] }, long.trim())
    await reply()
      .getByText(/read only 1,026/)
      .waitFor()
    await picture('prompt-cut')
    const conversationId = await page.rows.first().getAttribute('data-conversation')
    await bridgeCall(launched.window, 'conversations.update', {
      conversationId: conversationId ?? '',
      settings: { sampling: { topK: 20 } },
    })
    fake.setFault({ type: 'refuse-field', field: 'top_k' })
    await page.sendAndWait('And now?')
    await reply()
      .getByText(/does not take the setting top_k/)
      .waitFor()
    await picture('field-refused')
  })
})
