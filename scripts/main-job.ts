// What Alcove is for, done once in its real window: connect, chat, keep, switch, take out.
import { mkdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { alcovePage } from '../tests/e2e/page.ts'
import { type LaunchedApp, launchApp } from '../tests/setup/launch-app.ts'
import { projectRoot } from './build.ts'

export type MainJobOptions = {
  /** A packaged app in place of the built sources. */
  executable?: string
  /** Hears each step when it is done. */
  report?: (step: string) => void
}

export type MainJobResult = { exportedFile: string; conversations: number; messages: number }

const FIRST_MESSAGE = 'What is an alcove?'
const SECOND_MESSAGE = 'How do I keep a reading list?'

/** Performs the main job on the built-in demo endpoint and checks each step of it. */
export async function performMainJob({
  executable,
  report = () => undefined,
}: MainJobOptions = {}): Promise<MainJobResult> {
  const folder = process.env.ALCOVE_TEST_RESULTS ?? join(projectRoot, 'test-results', 'main-job')
  await mkdir(folder, { recursive: true })
  const launched = await launchApp(executable ? { executable } : {})
  try {
    return await performSteps(launched, folder, report)
  } catch (error) {
    await launched.window.screenshot({ path: join(folder, 'main-job-failed.png') }).catch(() => undefined)
    throw new Error(`The main job failed. The app said:\n${launched.output()}`, { cause: error })
  } finally {
    await launched.close()
  }
}

async function performSteps(
  launched: LaunchedApp,
  folder: string,
  report: (step: string) => void,
): Promise<MainJobResult> {
  const { app, window } = launched
  const page = alcovePage(window)
  const picture = async (name: string) => {
    const path = join(folder, `${name}.png`)
    await window.screenshot({ path })
    return relative(projectRoot, path)
  }

  await page.openDemo.waitFor()
  report(`the first page is open: ${await picture('main-job-1-first-page')}`)
  await page.openDemo.click()
  await page.sendAndWait(FIRST_MESSAGE)
  report(`the demo has answered: ${await picture('main-job-2-reply')}`)

  await page.startConversation()
  await page.sendAndWait(SECOND_MESSAGE)
  report(`a second conversation has its reply: ${await picture('main-job-3-second-conversation')}`)

  await page.rows.last().click()
  await page.messages.getByText(FIRST_MESSAGE, { exact: true }).waitFor()
  report(`back in the first conversation: ${await picture('main-job-4-switched')}`)

  const exportedFile = join(folder, 'main-job.json')
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath })
  }, exportedFile)
  await page.exportEverything()
  const result = await checkExport(exportedFile)
  report(
    `exported ${result.conversations} conversations with ${result.messages} messages: ${relative(projectRoot, exportedFile)}`,
  )
  return result
}

async function checkExport(exportedFile: string): Promise<MainJobResult> {
  const text = await readFile(exportedFile, 'utf8')
  const { conversations } = JSON.parse(text) as { conversations: { messages: unknown[] }[] }
  const messages = conversations.reduce((sum, conversation) => sum + conversation.messages.length, 0)
  for (const message of [FIRST_MESSAGE, SECOND_MESSAGE]) {
    if (!text.includes(JSON.stringify(message))) throw new Error(`The export lacks the message ${message}`)
  }
  return { exportedFile, conversations: conversations.length, messages }
}
