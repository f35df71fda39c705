// Where things are in the window, by the words that people read there: a changed word in the catalogue changes it here.
import type { Locator, Page } from 'playwright'
import words from '../../shared/messages/en.json' with { type: 'json' }

export type AlcovePage = ReturnType<typeof alcovePage>

const REPLY_LIMIT_MS = 60_000

export function alcovePage(window: Page) {
  const sidebar = window.getByRole('navigation', { name: words.sidebar.label })
  const composer = window.getByRole('textbox', { name: words.composer.label })
  const replies = window.getByRole('article', { name: words.transcript.reply })
  const dialog = window.getByRole('dialog')
  const parts = {
    openDemo: window.getByRole('button', { name: words.welcome.demo }),
    sidebar,
    newConversation: sidebar.getByRole('button', { name: words.sidebar.create }).first(),
    /** The rows of the list, newest first; each has its title as text. */
    rows: sidebar.locator('button[data-conversation]'),
    composer,
    send: window.getByRole('button', { name: words.composer.send }),
    stop: window.getByRole('button', { name: words.composer.stop }),
    messages: window.getByRole('article', { name: words.transcript.you }),
    replies,
    finishedReplies: replies.and(window.locator('[aria-busy=false]')),
    continueReply: window.getByRole('button', { name: words.transcript.continue }),
    regenerate: window.getByRole('button', { name: words.transcript.regenerate }),
    retry: window.getByRole('button', { name: words.transcript.retry }),
    more: window.getByRole('button', { name: words.header.more }),
    dialog,
    /** What is said of a failure, beside what failed; sentences that are only for the ear are left out. */
    problem: window.getByRole('alert').filter({ visible: true }),
  }
  return { ...parts, ...welcome(window), ...conversation(window), ...actions(window, parts) }
}

/** The first page. */
function welcome(window: Page) {
  const key = window.getByLabel(words.endpoints.key, { exact: true })
  return {
    address: window.getByRole('textbox', { name: words.endpoints.address }),
    key,
    connect: window.getByRole('button', { name: words.endpoints.connect, exact: true }),
    async enterKey(text: string): Promise<void> {
      if (!(await key.isVisible())) await window.getByText(words.endpoints.keyOptional).click()
      await key.fill(text)
    },
  }
}

/** The conversation in front, and what is done to it. */
function conversation(window: Page) {
  return {
    title: window.getByRole('heading', { level: 1 }),
    undo: window.getByRole('button', { name: words.common.undo }),
    emptyTranscript: window.getByText(words.transcript.emptyTitle),
    async setSystemPrompt(text: string): Promise<void> {
      await window.getByRole('button', { name: words.transcript.addSystemPrompt }).click()
      const field = window.getByRole('textbox', { name: words.transcript.systemPrompt })
      await field.fill(text)
      await field.press('Control+Enter')
      await window.getByRole('button', { name: words.transcript.systemPrompt }).waitFor()
    },
  }
}

type Parts = Record<'newConversation' | 'composer' | 'messages' | 'finishedReplies' | 'more' | 'dialog', Locator>

/** What takes more than one step. */
function actions(window: Page, parts: Parts) {
  const { newConversation, composer, messages, finishedReplies, more, dialog } = parts
  const newest = window.getByRole('article').last()
  return {
    async startConversation(): Promise<void> {
      await newConversation.click()
      await window.getByText(words.transcript.emptyTitle).waitFor()
    },
    /**
     * Sends a message in the conversation in front, and waits for the whole reply. `text` is one line that the
     * conversation does not hold yet. Nothing is counted: right after a switch the old transcript or none is there, and
     * the list is virtual, so that a number would mean another conversation's replies.
     */
    async sendAndWait(text: string): Promise<void> {
      await composer.fill(text)
      await composer.press('Enter')
      await messages.getByText(text, { exact: true }).waitFor({ timeout: REPLY_LIMIT_MS })
      await newest.and(finishedReplies).waitFor({ timeout: REPLY_LIMIT_MS })
    },
    /** Exports all conversations as Alcove JSON, through the dialog of the conversation in front. */
    async exportEverything(): Promise<void> {
      await more.click()
      await window.getByRole('menuitem', { name: words.header.export }).click()
      await dialog.getByRole('radio', { name: words.transfer.scopeAll }).click()
      await dialog.getByRole('button', { name: words.transfer.chooseWhere }).click()
      await dialog.getByRole('button', { name: words.transfer.showFile }).waitFor()
      await dialog.getByRole('button', { name: words.common.close }).last().click()
    },
    /** Imports the file that the "Open" dialog answers with; works from every page. */
    async importFile(): Promise<void> {
      await window.keyboard.press('Control+,')
      await dialog.getByRole('tab', { name: words.settings.section.transfer }).click()
      await dialog.getByRole('button', { name: words.settings.import }).click()
      await dialog.getByRole('button', { name: words.transfer.chooseFile }).click()
      await dialog.getByText(words.transfer.report.importedHint).waitFor()
      await dialog.getByRole('button', { name: words.common.close }).last().click()
    },
  }
}
