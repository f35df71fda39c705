import { createHash } from 'node:crypto'

const NOW = 1_700_000_000_000

function id(number: number): string {
  return `01980000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

/** The bytes of the one attachment that the conversation names. */
const ATTACHMENT = Buffer.from('a small picture')
const SHA256 = createHash('sha256').update(ATTACHMENT).digest('hex')

/**
 * The text of an export with one conversation that takes many slices: `count` messages with a branch off every tenth,
 * so that parents lie in former slices, requests, an attachment, a tag and a draft.
 */
export function longConversation(count: number, { text = 'some words of text' } = {}): string {
  const messages = Array.from({ length: count }, (_, index) => ({
    id: id(index),
    // A branch begins two messages further up.
    ...(index > 0 && { parentId: id(index % 10 === 0 ? Math.max(0, index - 3) : index - 1) }),
    role: index % 2 === 0 ? 'user' : 'assistant',
    status: 'complete',
    createdAt: NOW + index,
    text: `${text} ${index}`,
    ...(index % 7 === 0 && { requests: [{ ...REQUEST, createdAt: NOW }] }),
    ...(index === count - 1 && {
      attachments: [{ sha256: SHA256, name: 'picture.png', mediaType: 'image/png', sizeBytes: ATTACHMENT.length }],
    }),
  }))
  const conversation = {
    id: id(900_000_000),
    title: 'Long',
    titleSource: 'user',
    createdAt: NOW,
    updatedAt: NOW,
    tags: ['kept'],
    activeLeafId: id(count - 2),
    draft: { text: 'and then', updatedAt: NOW },
    messages,
  }
  const attachments = [{ sha256: SHA256, data: ATTACHMENT.toString('base64') }]
  return JSON.stringify({
    format: 'alcove-json',
    version: 1,
    scope: 'conversations',
    folders: [],
    conversations: [conversation],
    attachments,
  })
}

const REQUEST = {
  strategy: 'automatic',
  sentMessages: 1,
  leftOutMessages: 0,
  estimatedTokens: 12,
  windowTokens: 4096,
  windowSource: 'assumed',
}
