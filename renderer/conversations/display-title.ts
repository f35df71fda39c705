import { t } from '../i18n/i18n.ts'

interface Titled {
  title: string
  damaged?: boolean | undefined
}

/** The title to show; a conversation without one is named by what it is. */
export function displayTitle({ title, damaged }: Titled): string {
  return title.trim() || t(damaged ? 'conversations.damaged' : 'conversations.untitled')
}

const SHORT_CHARACTERS = 48

/** The title for use inside a sentence: cut, and kept apart from the direction of the text around it. */
export function quotedTitle(conversation: Titled): string {
  const characters = Array.from(displayTitle(conversation))
  const short =
    characters.length > SHORT_CHARACTERS
      ? `${characters.slice(0, SHORT_CHARACTERS).join('').trimEnd()}…`
      : characters.join('')
  return `\u2068${short}\u2069`
}
