import type { ChatMessage, ChatPart } from '../endpoint/wire/chat-message.ts'
import type { History } from '../history/history.ts'
import type { Prompt } from '../memory/build-prompt.ts'

interface WithImages {
  messages: ChatMessage[]
  /** That are sent, and that were not because the model takes none or their bytes are missing. */
  images: number
  leftOut: number
}

/** The messages of a prompt for the wire, with the bytes of their images where the model takes them. */
export async function withImages(history: History, prompt: Prompt, takesImages: boolean): Promise<WithImages> {
  const result: WithImages = { messages: [], images: 0, leftOut: 0 }
  for (const { role, content, images = [] } of prompt.messages) {
    const parts: ChatPart[] = []
    for (const { sha256, mediaType } of takesImages ? images : []) {
      const stored = await history.readAttachment({ sha256 })
      if (stored) parts.push({ type: 'image', mediaType, bytes: stored.bytes })
    }
    result.images += parts.length
    result.leftOut += images.length - parts.length
    if (content !== '') parts.unshift({ type: 'text', text: content })
    if (images.length === 0 || parts.every(({ type }) => type === 'text')) {
      // An image that stood alone is named, so that roles still alternate and the model knows that there was one.
      result.messages.push({ role, content: content === '' ? '[image]' : content })
    } else result.messages.push({ role, content: parts })
  }
  return result
}
