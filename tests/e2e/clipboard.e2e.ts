import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { type AlcovePage, alcovePage } from './page.ts'

let launched: LaunchedApp
let page: AlcovePage

beforeAll(async () => {
  launched = await launchApp()
  page = alcovePage(launched.window)
  await page.openDemo.click()
  await page.sendAndWait('code')
})
afterAll(() => launched.close())

const copied = () => launched.app.evaluate(({ clipboard }) => clipboard.readText())

describe('the clipboard', () => {
  it('gets a reply as the Markdown it was written in', async () => {
    const reply = page.replies.last()
    await reply.hover()
    await reply.getByRole('button', { name: words.transcript.copyMessage, exact: true }).last().click()
    await expect.poll(copied).toContain('```')
  })

  it('gets a code block without its fence', async () => {
    const block = launched.window.locator('figure').first()
    await block.getByRole('button', { name: words.common.copy }).click()
    await expect.poll(copied).not.toContain('```')
    expect((await block.locator('pre').textContent())?.trim()).toBe((await copied()).trim())
  })

  it('gets selected text by the keyboard and gives it back into the composer', async () => {
    const { window } = launched
    await page.messages.last().getByText('code', { exact: true }).dblclick()
    await window.keyboard.press('ControlOrMeta+c')
    await expect.poll(copied).toBe('code')
    await page.composer.focus()
    await window.keyboard.press('ControlOrMeta+v')
    await expect.poll(() => page.composer.inputValue()).toBe('code')
  })
})
