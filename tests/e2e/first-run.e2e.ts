import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { answerOpenDialog, answerSaveDialog } from './native-dialogs.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'alcove-first-run-'))
const firstProfile = join(folder, 'first')
const secondProfile = join(folder, 'second')
const SYSTEM_PROMPT = 'Answer like a lighthouse keeper: short, and about the sea.'

type SentBody = { messages: { role: string; content: string }[] }
type Exported = {
  conversations: { title: string; systemPrompt?: string; draft?: { text: string }; messages: object[] }[]
}

// Each step goes on where the one before ended, as a person does.
describe('somebody new', () => {
  let fake: FakeEndpoint
  let launched: LaunchedApp
  let page: AlcovePage

  beforeAll(async () => {
    fake = await startFakeEndpoint()
    await open(firstProfile)
  })
  afterAll(async () => {
    await launched.close()
    await fake.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(userData: string): Promise<void> {
    launched = await launchApp({ userData })
    page = alcovePage(launched.window)
  }

  const sentLast = () => fake.requests.findLast(({ path }) => path.endsWith('/chat/completions'))?.body as SentBody
  const row = (title: string) => page.rows.filter({ hasText: title })
  const expectTitle = (title: string) => page.title.filter({ hasText: title }).waitFor()
  const expectDraft = (text: string) => expect.poll(() => page.composer.inputValue()).toBe(text)

  it('is asked for an address and nothing else, and asks nobody before the button is pressed', async () => {
    await page.address.waitFor()
    const fields = launched.window.getByRole('textbox')
    expect(await fields.count()).toBe(1)
    await page.address.fill(`127.0.0.1:${fake.port}`)
    expect(fake.requests).toEqual([])
    await page.connect.click()
    await page.emptyTranscript.waitFor()
    expect(fake.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  it('chats, and the first words become the title', async () => {
    await page.sendAndWait('Tell me about tides')
    await row('Tell me about tides').waitFor()
  })

  it('starts a second conversation whose system prompt is sent first', async () => {
    await page.startConversation()
    await page.setSystemPrompt(SYSTEM_PROMPT)
    await page.sendAndWait('Who are you?')
    await page.sendAndWait('And at night?')
    const { messages } = sentLast()
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(messages[0]?.content).toBe(SYSTEM_PROMPT)
    expect(messages.at(-1)?.content).toBe('And at night?')
  })

  it('switches by mouse and by keys', async () => {
    await row('Tell me about tides').click()
    await page.messages.getByText('Tell me about tides', { exact: true }).waitFor()
    await expectTitle('Tell me about tides')
    await launched.window.keyboard.press('Alt+ArrowUp')
    await page.messages.getByText('Who are you?', { exact: true }).waitFor()
    await launched.window.keyboard.press('Control+Tab')
    await page.messages.getByText('Tell me about tides', { exact: true }).waitFor()
    await page.rows.first().focus()
    await launched.window.keyboard.press('ArrowDown')
    await launched.window.keyboard.press('ArrowUp')
    await launched.window.keyboard.press('Enter')
    await page.messages.getByText('Who are you?', { exact: true }).waitFor()
  })

  it('keeps what is half written in each conversation', async () => {
    await page.composer.fill('half of a thought')
    await row('Tell me about tides').click()
    await expectTitle('Tell me about tides')
    await expectDraft('')
    await page.composer.fill('another half')
    await row('Who are you?').click()
    await expectTitle('Who are you?')
    await expectDraft('half of a thought')
  })

  it('renames in the header and in the list', async () => {
    await page.title.getByRole('button').click()
    await launched.window.getByRole('textbox', { name: words.header.titleLabel, exact: true }).fill('The lighthouse')
    await launched.window.keyboard.press('Enter')
    await row('The lighthouse').waitFor()
    await row('Tell me about tides').focus()
    await launched.window.keyboard.press('F2')
    await page.sidebar.getByRole('textbox').fill('Tides & moons')
    await launched.window.keyboard.press('Enter')
    await row('Tides & moons').waitFor()
    await expectTitle('The lighthouse')
  })

  it('moves a conversation to the trash and takes that back', async () => {
    await row('Tides & moons').focus()
    await launched.window.keyboard.press('Delete')
    await row('Tides & moons').waitFor({ state: 'detached' })
    await page.undo.click()
    await row('Tides & moons').waitFor()
    expect(await page.rows.count()).toBe(2)
  })

  it('finds everything there after quitting and opening again', async () => {
    await launched.close()
    await open(firstProfile)
    await row('The lighthouse').click()
    await page.messages.getByText('And at night?', { exact: true }).waitFor()
    await expectDraft('half of a thought')
    await launched.window.getByText(SYSTEM_PROMPT).waitFor()
    await row('Tides & moons').click()
    await page.messages.getByText('Tell me about tides', { exact: true }).waitFor()
    await expectDraft('another half')
  })

  it('takes everything out as JSON that fits the published schema, and into another Alcove without a change', async () => {
    const file = join(folder, 'history.json')
    await answerSaveDialog(launched.app, file)
    await page.exportEverything()
    const exported = JSON.parse(readFileSync(file, 'utf8')) as Exported
    expect(findFaults(exported)).toEqual([])
    // By age, and after those two the empty one that the second start had in front.
    expect(exported.conversations.map(summarise)).toEqual([
      ['Tides & moons', '', 'another half', 2],
      ['The lighthouse', SYSTEM_PROMPT, 'half of a thought', 4],
      ['', '', undefined, 0],
    ])

    await launched.close()
    await open(secondProfile)
    await page.address.waitFor()
    await answerOpenDialog(launched.app, file)
    await page.importFile()
    await row('Tides & moons').click()
    await page.messages.getByText('Tell me about tides', { exact: true }).waitFor()
    const again = join(folder, 'history-again.json')
    await answerSaveDialog(launched.app, again)
    await page.exportEverything()
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(file, 'utf8'))
  })
})

function findFaults(exported: unknown): unknown[] {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true })
  ajv.addFormat('uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
  const schema = resolve(import.meta.dirname, '../../docs/export.schema.json')
  const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')))
  validate(exported)
  return validate.errors ?? []
}

function summarise({ title, systemPrompt = '', draft, messages }: Exported['conversations'][number]) {
  return [title, systemPrompt, draft?.text, messages.length]
}
