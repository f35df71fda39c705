import { dialog, shell } from 'electron'
import { checkLink } from './check-link.ts'

/**
 * The one gate to the world outside: asks, naming the real host, then hands the address to the system's browser or mail
 * program. Anything but http, https and mailto is refused without a question.
 */
export async function openLink(address: string): Promise<boolean> {
  const link = checkLink(address)
  if (!link) return false
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: link.kind === 'mail' ? `Write to ${link.target}?` : `Open ${link.target} in your browser?`,
    detail: `${link.url}\n\nThe address comes from the conversation. Alcove itself does not load it.`,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) return false
  await shell.openExternal(link.url)
  return true
}
