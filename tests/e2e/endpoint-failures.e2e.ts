import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import type { Fault } from '../fakes/fake-fault.ts'
import { allowPort } from '../setup/connect-log.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { type AlcovePage, alcovePage } from './page.ts'

/** Reserved for documentation (RFC 5737): nothing is there. */
const ELSEWHERE = '192.0.2.1'

describe('the first page', () => {
  let fake: FakeEndpoint
  let launched: LaunchedApp
  let page: AlcovePage
  const strangers: Server[] = []

  beforeAll(async () => {
    fake = await startFakeEndpoint({ key: 'right' })
    launched = await launchApp()
    page = alcovePage(launched.window)
  })
  afterAll(async () => {
    await launched.close()
    await fake.close()
    for (const server of strangers) server.close()
  })

  /** A server that is no model server; `host:port`. */
  async function stranger(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    strangers.push(server)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    allowPort(port)
    return `127.0.0.1:${port}`
  }

  async function expectProblem(address: string, sentence: string): Promise<void> {
    await page.address.fill(address)
    await page.connect.click()
    await page.problem.filter({ hasText: sentence }).waitFor()
    expect(await page.address.inputValue()).toBe(address)
  }

  it('says that nothing listens at an address', async () => {
    const gone = await startFakeEndpoint()
    await gone.close()
    await expectProblem(gone.url, `Nothing answers at 127.0.0.1:${gone.port}. Start the model server there`)
  })

  it('says that a web page is no model server', async () => {
    const where = await stranger((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>It works</h1>')
    })
    await expectProblem(`http://${where}/v1`, `${where} answers with a web page, not as a model server.`)
  })

  it('does not follow a redirect, and says where it leads', async () => {
    const where = await stranger((_request, response) => {
      response.writeHead(307, { location: `http://${ELSEWHERE}/v1/models` }).end()
    })
    await expectProblem(`http://${where}/v1`, `${where} sends requests on to ${ELSEWHERE}.`)
  })

  it('says that text is no address', async () => {
    await expectProblem('my server', 'The address contains a space')
  })

  it('names the address that was meant when only the path is wrong', async () => {
    await page.enterKey('right')
    await expectProblem(`http://127.0.0.1:${fake.port}/api/v2`, `Change the address to ${fake.url}.`)
  })

  it('says that the key is refused, and connects with the right one', async () => {
    await page.enterKey('wrong')
    await expectProblem(fake.url, 'It refused the API key: check it')
    await page.enterKey('right')
    await page.connect.click()
    await page.sendAndWait('Hello')
    expect(fake.requests.at(-1)?.headers.authorization).toBe('Bearer right')
  })
})

describe('a message whose reply fails', () => {
  const userData = mkdtempSync(join(tmpdir(), 'alcove-failures-'))
  let fake: FakeEndpoint
  let launched: LaunchedApp
  let page: AlcovePage

  beforeAll(async () => {
    fake = await startFakeEndpoint()
    seedHistory(userData, (db) => seedEndpoint(db, fake.url))
    launched = await launchApp({ userData })
    page = alcovePage(launched.window)
  })
  afterAll(async () => {
    await launched.close()
    await fake.close()
    rmSync(userData, { recursive: true, force: true })
  })

  const where = () => `127.0.0.1:${fake.port}`
  const lastReply = () => page.replies.last()

  async function send(text: string): Promise<void> {
    await page.startConversation()
    await page.composer.fill(text)
    await page.composer.press('Enter')
    await page.messages.getByText(text, { exact: true }).waitFor()
  }

  async function expectHealed(text: string): Promise<void> {
    await lastReply().getByText(text).waitFor()
    await page.send.or(launched.window.getByRole('button', { name: words.composer.sendEmpty })).waitFor()
    expect(await page.problem.count()).toBe(0)
  }

  it.each<[string, Fault, string, string]>([
    ['the key is refused', { type: 'status', status: 401 }, 'did not let this request in (401)', 'regenerate'],
    ['the path is wrong', { type: 'status', status: 404, body: 'no' }, 'The address usually ends in /v1', 'regenerate'],
    ['a web page answers', { type: 'html' }, 'answers with a web page', 'regenerate'],
    [
      'it is sent elsewhere',
      { type: 'redirect', location: `http://${ELSEWHERE}/v1` },
      `sends requests on to ${ELSEWHERE}.`,
      'regenerate',
    ],
    ['the server fails', { type: 'status', status: 500 }, 'failed while answering (500)', 'retry'],
    ['the model says nothing', { type: 'no-text' }, 'sent an empty reply', 'retry'],
  ])('says so beside it when %s, and gets its reply after healing', async (name, fault, sentence, button) => {
    fake.setFault(fault)
    await send(`Sent while ${name}`)
    const problem = lastReply().getByRole('alert')
    await problem.getByText(sentence).waitFor()
    expect(await problem.textContent()).toContain(where())
    fake.setFault({ type: 'reply', text: `Healed after ${name}.` })
    await problem.getByRole('button', { name: words.transcript[button as 'retry' | 'regenerate'] }).click()
    await expectHealed(`Healed after ${name}.`)
    await page.messages.getByText(`Sent while ${name}`, { exact: true }).waitFor()
  })

  it('keeps what arrived before the connection broke, and goes on from there', async () => {
    fake.setFault({ type: 'cut', afterTokens: 5 })
    await send('Cut this')
    await lastReply().getByText('The answer is forty-two').waitFor()
    await lastReply()
      .getByText(`${where()} broke the connection in the middle of the reply.`, { exact: false })
      .waitFor()
    fake.setFault({ type: 'reply', text: ' and nothing else.' })
    await page.continueReply.click()
    await expectHealed('and nothing else.')
    expect(await lastReply().textContent()).toContain('The answer is forty-two')
  })

  it('waits while the server loads its model, says so, and is answered', async () => {
    fake.setFault([{ type: 'loading' }, { type: 'loading' }, { type: 'reply', text: 'Loaded at last.' }])
    await send('Load first')
    await lastReply().getByText(words.transcript.loadingModel).waitFor()
    await expectHealed('Loaded at last.')
  })

  it('says what it waits for while the first word takes long', async () => {
    fake.setFault({ type: 'slow-first-byte', delayMs: 1_500 })
    await send('Take your time')
    await lastReply().getByText(words.transcript.reading, { exact: false }).waitFor()
    await page.finishedReplies.last().waitFor()
    await lastReply().getByText('What I was sent').waitFor()
  })

  it('is answered once the endpoint that was down is started', async () => {
    const { port } = fake
    await fake.close()
    await send('Is anybody there?')
    const problem = lastReply().getByRole('alert')
    await problem.getByText(`Nothing answers at 127.0.0.1:${port}.`, { exact: false }).waitFor()
    fake = await startFakeEndpoint({ port, fault: { type: 'reply', text: 'Yes, now.' } })
    await problem.getByRole('button', { name: words.transcript.retry }).click()
    await expectHealed('Yes, now.')
    await page.messages.getByText('Is anybody there?', { exact: true }).waitFor()
  })

  it('stays in the field, unsent, when there is no endpoint', async () => {
    await page.startConversation()
    await launched.window.evaluate(async () => {
      const answer = (await window.bridge.call('endpoints.list', {})) as { value: { id: string }[] }
      for (const { id } of answer.value) await window.bridge.call('endpoints.delete', { endpointId: id })
    })
    await launched.window.getByText(words.composer.noEndpoint).waitFor()
    await page.composer.fill('Keep this')
    await page.composer.press('Enter')
    await page.emptyTranscript.waitFor()
    expect(await page.composer.inputValue()).toBe('Keep this')
  })
})
