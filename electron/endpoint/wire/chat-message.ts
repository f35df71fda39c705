export type ChatPart =
  | { type: 'text'; text: string }
  /** `bytes` of a PNG, JPEG, WebP or GIF, as `mediaType` says. */
  | { type: 'image'; mediaType: string; bytes: Uint8Array }

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string | ChatPart[]
}

type WirePart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } }

export interface WireMessage {
  role: ChatMessage['role']
  content: string | WirePart[]
}

/**
 * Messages as chat templates take them: one system message, and that one first; roles that alternate. Several templates
 * raise an exception for anything else ("System message must be at the beginning", "roles must alternate"), so
 * neighbours of one role are joined here whoever put them side by side. Without `systemMessage`, for templates that
 * know no such role, its text opens the first user message.
 */
export function toWire(messages: readonly ChatMessage[], systemMessage: boolean): WireMessage[] {
  const system = joinTexts(messages.filter(({ role }) => role === 'system'))
  const spoken: WireMessage[] = []
  for (const { role, content } of messages) {
    if (role === 'system') continue
    const last = spoken.at(-1)
    if (last?.role === role) last.content = join(last.content, toWireContent(content))
    else spoken.push({ role, content: toWireContent(content) })
  }
  if (system === '') return spoken
  const first = spoken[0]
  if (systemMessage) return [{ role: 'system', content: system }, ...spoken]
  if (first?.role !== 'user') return [{ role: 'user', content: system }, ...spoken]
  return [{ ...first, content: join(system, first.content) }, ...spoken.slice(1)]
}

/** Text alone goes as a string: not every server takes a list, and one that does may know no images. */
function toWireContent(content: ChatMessage['content']): WireMessage['content'] {
  if (typeof content === 'string' || content.every(({ type }) => type === 'text')) return textOf(content)
  return content.map((part) => {
    if (part.type === 'text') return { ...part }
    const base64 = Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength).toString('base64')
    return { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${base64}` } }
  })
}

function join(first: WireMessage['content'], second: WireMessage['content']): WireMessage['content'] {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`
  return [...asParts(first), ...asParts(second)]
}

function asParts(content: WireMessage['content']): WirePart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function joinTexts(messages: readonly ChatMessage[]): string {
  return messages
    .map(({ content }) => textOf(content))
    .filter((text) => text !== '')
    .join('\n\n')
}

function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}
