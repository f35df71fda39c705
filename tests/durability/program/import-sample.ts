/** Files to import, the same for the same name, so that the test knows what must be there afterwards. */
import { createHash } from 'node:crypto'

const IMPORTED_CONVERSATIONS = 12

/** The first is so long that it comes in slices. */
export function importedMessages(index: number): number {
  return index === 0 ? 400 : 30
}

const AT = 1_600_000_000_000

export function importedConversationIds(run: string): string[] {
  return Array.from({ length: IMPORTED_CONVERSATIONS }, (_, index) => idFor(`${run}/${index}`))
}

/** An alcove-json file of `IMPORTED_CONVERSATIONS`, with one attachment. */
export function importSample(run: string): string {
  const bytes = Buffer.from(`picture of ${run}`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const attachment = { sha256, name: 'picture.png', mediaType: 'image/png', sizeBytes: bytes.length }
  const conversations = importedConversationIds(run).map((id, index) => ({
    id,
    title: `Imported ${run} ${index}`,
    titleSource: 'import',
    createdAt: AT + index,
    updatedAt: AT + index,
    messages: Array.from({ length: importedMessages(index) }, (_, place) => ({
      id: idFor(`${run}/${index}/${place}`),
      ...(place > 0 && { parentId: idFor(`${run}/${index}/${place - 1}`) }),
      role: place % 2 === 0 ? 'user' : 'assistant',
      status: 'complete',
      createdAt: AT + place,
      text: `imported ${run} ${index} ${place} `.repeat(4),
      ...(place === 0 && { attachments: [attachment] }),
    })),
  }))
  const attachments = [{ sha256, data: bytes.toString('base64') }]
  return JSON.stringify({ format: 'alcove-json', version: 1, scope: 'all', conversations, attachments })
}

function idFor(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
