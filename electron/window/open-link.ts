import { dialog, shell } from 'electron'
import { text } from '../i18n.ts'
import { type CheckedLink, checkLink } from './check-link.ts'

let isAsking = false

/**
 * The one gate to the world outside: asks, naming the real host, then hands the address to the system's browser or mail
 * program. Anything but http, https and mailto is refused without a question.
 */
export async function openLink(address: string): Promise<boolean> {
  const link = checkLink(address)
  // One question at a time: a page that was taken over must not bury the person in them.
  if (!link || isAsking) return false
  isAsking = true
  try {
    return await askAndOpen(link)
  } finally {
    isAsking = false
  }
}

async function askAndOpen(link: CheckedLink): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: text(link.kind === 'mail' ? 'dialogs.writeTo' : 'dialogs.openInBrowser', { target: link.target }),
    detail: text('dialogs.openLinkDetail', { url: link.url }),
    buttons: [text('dialogs.open'), text('dialogs.cancel')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) return false
  await shell.openExternal(link.url)
  return true
}
