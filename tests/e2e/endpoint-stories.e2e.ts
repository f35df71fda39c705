// What a person lives through with a server that is slow, busy, gone, asleep or somewhere else: in the real window.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createTlsServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Locator } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDemoHandler } from '../../electron/endpoint/demo/demo-handler.ts'
import words from '../../shared/messages/en.json' with { type: 'json' }
import type { Message } from '../../shared/record-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import type { Fault } from '../fakes/fake-fault.ts'
import { makeCertificate } from '../fakes/make-certificate.ts'
import { allowPort, readAttempts } from '../setup/connect-log.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const userData = mkdtempSync(join(tmpdir(), 'alcove-stories-'))
/** As short as can be set, so that what takes minutes at home takes a second here. */
const SHORT_WAITS = { firstByteSeconds: 1, idleSeconds: 1, loadingSeconds: 5 }
const PATIENT = { firstByteSeconds: 30, idleSeconds: 30, loadingSeconds: 30 }

let fake: FakeEndpoint
let launched: LaunchedApp
let page: AlcovePage
let endpointId: string

beforeAll(async () => {
  fake = await startFakeEndpoint()
  seedHistory(userData, (db) => seedEndpoint(db, fake.url))
  launched = await launchApp({ userData })
  page = alcovePage(launched.window)
  endpointId = (await bridgeCall(launched.window, 'endpoints.list', {}))[0]?.id ?? ''
})
afterAll(async () => {
  await launched.close()
  await fake.close()
  rmSync(userData, { recursive: true, force: true })
})
afterEach(async () => {
  fake.setFault(null)
  await stopReplies()
  await setWaits(PATIENT)
})

const setWaits = (waits: typeof PATIENT) => bridgeCall(launched.window, 'endpoints.update', { endpointId, waits })
const lastReply = () => page.replies.last()

/** Sends in a new conversation, or in the one in front. */
async function send(text: string, inNew = true): Promise<void> {
  if (inNew) await page.startConversation()
  await page.composer.fill(text)
  await page.composer.press('Enter')
  await page.messages.getByText(text, { exact: true }).waitFor()
}

async function expectReply(text: string): Promise<void> {
  await lastReply().getByText(text, { exact: false }).waitFor()
  await lastReply().and(page.finishedReplies).waitFor()
  expect(await page.problem.count()).toBe(0)
}

const problem = (sentence: string): Locator => lastReply().getByText(sentence, { exact: false })

/** The conversation in front. */
async function frontId(): Promise<string> {
  const inFront = page.sidebar.locator('button[data-conversation][aria-current=page]')
  return (await inFront.getAttribute('data-conversation')) ?? ''
}

/** The newest reply of a conversation, the one in front unless told otherwise, as it is stored. */
async function storedReply(id?: string): Promise<Message> {
  const conversationId = id ?? (await frontId())
  const { messages } = await bridgeCall(launched.window, 'messages.list', { conversationId, beforeId: null, limit: 10 })
  const reply = messages.at(-1)
  if (reply === undefined) throw new Error('there is no reply')
  return reply
}

/** What a test has left would make the next one wait for its turn. */
async function stopReplies(): Promise<void> {
  const list = { view: 'active', cursor: null, limit: 200 } as const
  const { conversations } = await bridgeCall(launched.window, 'conversations.list', list)
  for (const { id } of conversations.filter(({ streaming }) => streaming)) {
    await bridgeCall(launched.window, 'replies.stop', { replyId: (await storedReply(id)).id })
  }
}

describe('a server that is busy', () => {
  it('is asked again when it said that it will be, and answers', async () => {
    const tooMany: Fault = { type: 'status', status: 429, headers: { 'retry-after': '1' } }
    fake.setFault([tooMany, { type: 'reply', text: 'Now I have time.' }])
    await send('Are you busy?')
    await expectReply('Now I have time.')
  })

  it('works on one reply, while the other says that it waits, and then gets its turn', async () => {
    fake.setFault([
      { type: 'slow-tokens', tokensPerSecond: 40 },
      { type: 'slow-first-byte', delayMs: 2_500 },
    ])
    await send('The first of two')
    await lastReply().getByText('What I was sent').waitFor()
    await send('The second of two')
    await lastReply().getByText(words.transcript.queued).waitFor()
    await expectReply('What I was sent')
    await page.rows.filter({ hasText: 'The first of two' }).click()
    await page.messages.getByText('The first of two', { exact: true }).waitFor()
    await expectReply('What I was sent')
  })

  it('writes two replies side by side at two endpoints, each its own', async () => {
    const other = await startFakeEndpoint({ fault: { type: 'reply', text: 'From the other one.' } })
    const fields = { kind: 'http', defaultModel: 'alcove-demo', windowTokens: null, key: null } as const
    const added = await bridgeCall(launched.window, 'endpoints.create', {
      ...fields,
      name: 'Other',
      baseUrl: other.url,
    })
    try {
      fake.setFault({ type: 'slow-tokens', tokensPerSecond: 30 })
      await send('To the usual one')
      await lastReply().getByText('What I was sent').waitFor()
      await page.startConversation()
      const conversationId = await frontId()
      await bridgeCall(launched.window, 'conversations.update', { conversationId, endpointId: added.id })
      await send('To the other one', false)
      await expectReply('From the other one.')
      expect(other.requests.at(-1)?.body).toMatchObject({ messages: [{ role: 'user', content: 'To the other one' }] })
      await page.rows.filter({ hasText: 'To the usual one' }).click()
      await page.messages.getByText('To the usual one', { exact: true }).waitFor()
      await expectReply('What I was sent')
      expect(JSON.stringify(other.requests)).not.toContain('To the usual one')
    } finally {
      await bridgeCall(launched.window, 'endpoints.delete', { endpointId: added.id })
      await other.close()
    }
  })
})

describe('a server that falls silent', () => {
  it('before its first word is given up after the wait that was set, and asked again by hand', async () => {
    await setWaits(SHORT_WAITS)
    fake.setFault({ type: 'silent' })
    await send('Say something')
    // A grace for reading the prompt is added to what was set.
    await problem('has not begun to answer within').waitFor({ timeout: 60_000 })
    expect(await storedReply()).toMatchObject({ status: 'failed', text: '', error: { code: 'endpoint-timeout' } })
    await expect.poll(() => fake.openConnections()).toBe(0)
    fake.setFault({ type: 'reply', text: 'Something.' })
    await page.retry.click()
    await expectReply('Something.')
  })

  it('in the middle of a reply loses nothing of it, and goes on from there', async () => {
    await setWaits(SHORT_WAITS)
    fake.setFault({ type: 'stalls', afterTokens: 5 })
    await send('Stall in the middle')
    await problem('stopped in the middle of the reply').waitFor()
    expect(await storedReply()).toMatchObject({ status: 'interrupted', text: 'The answer is forty-two' })
    fake.setFault({ type: 'reply', text: ' as before.' })
    await page.continueReply.click()
    await expectReply('as before.')
    expect(await lastReply().textContent()).toContain('The answer is forty-two')
  })
})

describe('stopping', () => {
  it.each<[string, Fault | Fault[], string]>([
    ['the model is loaded', { type: 'loading' }, words.transcript.loadingModel],
    ['the prompt is read', { type: 'silent' }, words.transcript.reading],
    ['the reply is written', { type: 'stalls', afterTokens: 5 }, 'The answer is forty-two'],
  ])('while %s lets go of the server', async (name, fault, shown) => {
    fake.setFault(fault)
    await send(`Halt while ${name}`)
    await lastReply().getByText(shown, { exact: false }).waitFor()
    await page.stop.click()
    await lastReply().and(page.finishedReplies).waitFor()
    await expect.poll(() => fake.openConnections()).toBe(0)
    expect(await storedReply()).toMatchObject({ status: 'stopped', error: null })
    const asked = fake.requests.length
    fake.setFault({ type: 'reply', text: `Halted while ${name}.` })
    await send(`After: ${name}`, false)
    await expectReply(`Halted while ${name}.`)
    expect(fake.requests.slice(asked).filter(({ method }) => method === 'POST')).toHaveLength(1)
  })
})

describe('a server that is killed', () => {
  let server: ChildProcess | undefined
  afterEach(() => server?.kill('SIGKILL'))

  async function startServer(port: number, fault?: Fault): Promise<string> {
    const script = join(import.meta.dirname, '../fakes/run-fake-endpoint.ts')
    const faults = fault === undefined ? [] : ['--fault', JSON.stringify(fault)]
    server = spawn(process.execPath, [script, '--port', String(port), ...faults], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(server.stdout as Readable, 'data')
    return /http:\S+\/v1/.exec(String(line))?.[0] ?? ''
  }

  it('in the middle of a reply loses nothing of it; once it is back, the next one comes', async () => {
    const url = await startServer(0, { type: 'slow-tokens', tokensPerSecond: 20 })
    await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: url })
    try {
      await send('Until you are killed')
      await lastReply().getByText('What I was sent').waitFor()
      const exited = once(server as ChildProcess, 'exit')
      server?.kill('SIGKILL')
      await exited
      await problem('broke the connection in the middle of the reply').waitFor()
      const kept = await storedReply()
      expect(kept).toMatchObject({ status: 'interrupted', error: { code: 'stream-broken', retryable: true } })
      expect(kept.text).toContain('What I was sent')
      await page.regenerate.last().click()
      await problem('Nothing answers at').waitFor()
      await startServer(Number(new URL(url).port))
      await page.retry.click()
      await expectReply('What I was sent')
    } finally {
      await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: fake.url })
    }
  })
})

describe('a computer that sleeps', () => {
  const emit = (event: 'suspend' | 'resume') =>
    launched.app.evaluate(({ powerMonitor }, name) => powerMonitor.emit(name), event)

  it('does not blame the server for the time that it slept', async () => {
    await setWaits(SHORT_WAITS)
    fake.setFault({ type: 'raw', chunks: [...SLOW_REPLY], gapMs: 700 })
    await send('Sleep over this')
    await lastReply().getByText('One ').waitFor()
    await emit('suspend')
    // The server is silent for longer than it may be while the computer is awake.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await emit('resume')
    await expectReply('One two three.')
  })

  it('keeps what was written when the connection has died meanwhile', async () => {
    await setWaits(SHORT_WAITS)
    fake.setFault({ type: 'stalls', afterTokens: 5 })
    await send('Sleep too long')
    await lastReply().getByText('The answer is forty-two').waitFor()
    await emit('suspend')
    await emit('resume')
    await lastReply().and(page.finishedReplies).waitFor()
    expect(await storedReply()).toMatchObject({ status: 'interrupted', text: 'The answer is forty-two' })
  })
})

const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
const SLOW_REPLY = [
  delta('One '),
  ...['', ''].map(delta),
  delta('two three.'),
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
]

describe('a prompt that is too long', () => {
  /** A conversation of which some has to stay out, with a model of its own: what is learned of it stays with it. */
  async function talkLong(name: string): Promise<void> {
    await page.startConversation()
    await bridgeCall(launched.window, 'conversations.update', {
      conversationId: await frontId(),
      // A model is chosen together with its endpoint.
      endpointId,
      model: `for a ${name}`,
    })
    for (const which of ['First', 'Second', 'Third', 'Fourth']) {
      fake.setFault({ type: 'reply', text: `${'A long answer. '.repeat(80)}${which} of all.` })
      await send(`${which} ${name}: ${'and so on '.repeat(20).trim()}`, false)
      await expectReply(`${which} of all.`)
    }
  }

  it('is sent again with what fits, and the reply says so', async () => {
    await talkLong('question')
    const error = {
      code: 400,
      message: 'request (2300 tokens) exceeds the available context size (2048 tokens), try increasing it',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 2_300,
      n_ctx: 2_048,
    }
    fake.setFault([
      { type: 'status', status: 400, body: { error } },
      { type: 'reply', text: 'It fits now.' },
    ])
    await send('One too many', false)
    await expectReply('It fits now.')
    const sent = fake.requests.slice(-2).map(({ body }) => (body as { messages: object[] }).messages)
    expect(sent[1]?.length).toBeLessThan(sent[0]?.length ?? 0)
    expect(sent[1]?.at(-1)).toEqual({ role: 'user', content: 'One too many' })
    expect((await storedReply()).sent?.notices).toEqual([{ type: 'shortened', windowTokens: 2_048 }])
  })

  it('is told of where the server cut it without a word', async () => {
    await talkLong('story')
    // As Ollama does with a window of 2,048: it says that it read half of that.
    const usage = { prompt_tokens: 1_026, completion_tokens: 2, total_tokens: 1_028 }
    const ended = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage })}\n\n`
    const fields = { 'content-type': 'text/event-stream' }
    fake.setFault({ type: 'raw', chunks: [delta('Half of it.'), ended, 'data: [DONE]\n\n'], headers: fields })
    await send(`And ${'much more of it '.repeat(150)}`.trim(), false)
    await expectReply('Half of it.')
    expect((await storedReply()).sent?.notices).toMatchObject([{ type: 'prompt-cut', promptTokens: 1_026 }])
  })
})

describe('a server with a certificate of its own', () => {
  let server: Server
  let url: string
  const certificate = makeCertificate({ name: 'home server', hosts: ['127.0.0.1'] })

  beforeAll(async () => {
    server = createTlsServer(
      { cert: certificate.cert, key: certificate.key },
      createDemoHandler({ tokensPerSecond: 2_000 }),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as AddressInfo
    allowPort(port)
    url = `https://127.0.0.1:${port}/v1`
  })
  afterAll(async () => {
    await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: fake.url, certificate: null })
    server.closeAllConnections()
    server.close()
  })

  it('gets nothing until its certificate is accepted, and then answers', async () => {
    await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: url })
    await send('Behind a certificate')
    await problem(`The certificate of ${new URL(url).host}`).waitFor()
    expect(await storedReply()).toMatchObject({ status: 'failed', error: { code: 'endpoint-certificate' } })
    const test = await bridgeCall(launched.window, 'endpoints.test', { endpointId })
    expect(test).toMatchObject({ ok: false, certificate: { fingerprint: certificate.fingerprint } })
    await bridgeCall(launched.window, 'endpoints.update', { endpointId, certificate: certificate.fingerprint })
    await page.regenerate.last().click()
    await expectReply('What I was sent')
  })
})

describe('this computer only', () => {
  /** Private (RFC 1918); nothing is there. */
  const LAN = 'http://10.255.255.1:8080/v1'

  it('refuses a server elsewhere without one packet to it', async () => {
    const setHere = (thisMachineOnly: boolean) => bridgeCall(launched.window, 'settings.update', { thisMachineOnly })
    await setHere(true)
    await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: LAN })
    try {
      await send('Not over the network')
      await problem('leads to another computer').waitFor()
      expect(await storedReply()).toMatchObject({ status: 'failed', error: { code: 'endpoint-elsewhere' } })
      expect(readAttempts().filter(({ to }) => to.startsWith('10.'))).toEqual([])
      const { connections } = await bridgeCall(launched.window, 'network.list', {})
      const refused = connections.filter(({ host }) => host === '10.255.255.1:8080')
      expect(new Set(refused.map(({ outcome, address }) => `${outcome} ${address}`))).toEqual(new Set(['refused null']))
    } finally {
      await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: fake.url })
      await setHere(false)
    }
    fake.setFault({ type: 'reply', text: 'Here it is.' })
    await page.regenerate.or(page.retry).last().click()
    await expectReply('Here it is.')
  })
})
