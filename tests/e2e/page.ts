// Where things are in the window, by the words that people read there: a changed word in the catalogue changes it here.
import type { Locator, Page } from 'playwright'
import words from '../../renderer/i18n/en.json' with { type: 'json' }

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
  }
  return { ...parts, ...actions(window, parts) }
}

type Parts = Record<'newConversation' | 'composer' | 'replies' | 'finishedReplies' | 'more' | 'dialog', Locator>

/** What takes more than one step. */
function actions(window: Page, parts: Parts) {
  const { newConversation, composer, replies, finishedReplies, more, dialog } = parts
  return {
    async startConversation(): Promise<void> {
      await newConversation.click()
      await window.getByText(words.transcript.emptyTitle).waitFor()
    },
    /** Sends a message in the conversation in front, and waits for the whole reply. */
    async sendAndWait(text: string): Promise<void> {
      const before = await replies.count()
      await composer.fill(text)
      await composer.press('Enter')
      await finishedReplies.nth(before).waitFor({ timeout: REPLY_LIMIT_MS })
    },
    /** Exports all conversations as Alcove JSON, through the dialog of the conversation in front. */
    async exportEverything(): Promise<void> {
      await more.click()
      await window.getByRole('menuitem', { name: words.header.export }).click()
      await dialog.getByRole('radio', { name: words.transfer.scopeAll }).click()
      await dialog.getByRole('button', { name: words.transfer.chooseWhere }).click()
      await dialog.getByRole('button', { name: words.transfer.showFile }).waitFor()
    },
  }
}
