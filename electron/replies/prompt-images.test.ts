import { createHash } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Fault, replyEvents } from '../../tests/fakes/fake-fault.ts'
import { buildWorker, MODEL, openStage, type Stage } from '../../tests/setup/reply-stage.ts'
import { capabilityOf } from '../endpoint/capabilities.ts'

const BYTES = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
const IMAGE_URL = `data:image/png;base64,${BYTES.toString('base64')}`

let stage: Stage
beforeAll(buildWorker)
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

/** A conversation that holds an image and what was said of it; answers with the id of the reply. */
async function importWithImage(text: string, mediaType = 'image/png'): Promise<string> {
  const [conversationId, userId, replyId] = [uuid(), uuid(), uuid()]
  const common = { status: 'complete', createdAt: 1 }
  const attachments = [{ sha256: SHA256, name: 'boat.png', mediaType, sizeBytes: BYTES.byteLength }]
  const messages = [
    { ...common, id: userId, role: 'user', text, attachments },
    { ...common, id: replyId, parentId: userId, role: 'assistant', text: 'A boat.' },
  ]
  const head = { id: conversationId, title: 'Boat', titleSource: 'user', createdAt: 1, updatedAt: 1, settings: {} }
  const { place } = await stage.history.beginImport({ messagesAtMost: 10 })
  const batch = new TextEncoder().encode(JSON.stringify([{ ...head, messages }]))
  await stage.history.importConversations({ batch, place })
  await stage.history.importAttachment({ sha256: SHA256, bytes: BYTES })
  stage.conversationId = conversationId
  return replyId
}

const refusal = (status: number, message: string): Fault => ({ type: 'status', status, body: { error: { message } } })

const SEES: Fault = { type: 'raw', chunks: replyEvents(['Blue.']) }

const know = (images: boolean) =>
  stage.history.setCapabilities({
    endpointId: stage.endpoint.id,
    model: MODEL,
    source: 'server',
    facts: [{ name: 'images', value: images }],
    now: 2,
  })

describe('an image in a conversation', () => {
  it('is sent with its message', async () => {
    await importWithImage('What is this?')
    const reply = await stage.send('Which colour?', SEES)
    expect(reply).toMatchObject({ status: 'complete', text: 'Blue.' })
    expect(reply.sent?.notices).toBeUndefined()
    expect(stage.chats()[0]?.messages[0]?.content).toEqual([
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: IMAGE_URL } },
    ])
  })

  it('is left out, and that is told, where the model is known to take none', async () => {
    await importWithImage('What is this?')
    await know(false)
    const reply = await stage.send('Which colour?')
    expect(reply).toMatchObject({ status: 'complete', sent: { notices: [{ type: 'images-left-out', images: 1 }] } })
    expect(stage.chats().map(({ messages }) => messages[0]?.content)).toEqual(['What is this?'])
  })

  it.each<[string, number, string]>([
    ['llama.cpp', 500, 'image input is not supported - hint: you may need to provide the mmproj'],
    ['vLLM', 400, 'llama is not a multimodal model'],
    ['LM Studio', 400, 'Model does not support images. Please use a model that does.'],
    ['Ollama', 500, 'Failed to create new sequence: this model is missing data required for image input'],
  ])('is left out of a second try when %s refuses it, which is remembered', async (_server, status, message) => {
    await importWithImage('What is this?')
    const reply = await stage.send('Which colour?', [refusal(status, message), null])
    expect(reply).toMatchObject({ status: 'complete', sent: { notices: [{ type: 'images-left-out', images: 1 }] } })
    expect(stage.chats().map(({ messages }) => typeof messages[0]?.content)).toEqual(['object', 'string'])
    expect(capabilityOf(await stage.known(), 'images')).toBe(false)
  })

  it('is left out once: a server that goes on refusing is believed', async () => {
    await importWithImage('What is this?')
    const reply = await stage.send('Which colour?', refusal(500, 'image input is not supported'))
    expect(stage.chats()).toHaveLength(2)
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'endpoint-no-images' } })
  })

  it('makes no prompt look cut, since nobody knows what it costs', async () => {
    await importWithImage('The harbour was quiet and the boats lay still. '.repeat(180))
    const usage = { prompt_tokens: 1_026, completion_tokens: 1 }
    const counts = `data: ${JSON.stringify({ choices: [], usage })}\n\n`
    const reply = await stage.send('Which colour?', {
      type: 'raw',
      chunks: [...replyEvents(['Blue.']).slice(0, 3), counts],
    })
    expect(reply).toMatchObject({ status: 'complete', promptTokens: 1_026 })
    expect(reply.sent?.notices).toBeUndefined()
    expect(capabilityOf(await stage.known(), 'token-ratio')).toBeUndefined()
  })

  it('is left out for the demo, which says that it has no eyes', async () => {
    await importWithImage('What is this?')
    const reply = await stage.send('Which colour?')
    expect(reply).toMatchObject({ status: 'complete', sent: { notices: [{ type: 'images-left-out', images: 1 }] } })
  })

  it('is not sent when it is no picture', async () => {
    await importWithImage('What is this?', 'application/pdf')
    const reply = await stage.send('Which colour?')
    expect(reply.sent?.notices).toBeUndefined()
    expect(stage.chats()[0]?.messages[0]?.content).toBe('What is this?')
  })
})

describe('a message that is nothing but an image', () => {
  const regenerate = async (messageId: string) => {
    const { conversationId } = stage
    const { replyId } = await stage.replies.start({ conversationId, action: { type: 'regenerate', messageId } })
    await stage.replies.whenIdle()
    return stage.history.getMessage({ messageId: replyId })
  }

  it('is sent as one', async () => {
    stage.fake.setFault(SEES)
    const reply = await regenerate(await importWithImage(''))
    expect(reply.status).toBe('complete')
    expect(stage.chats()[0]?.messages).toEqual([
      { role: 'user', content: [{ type: 'image_url', image_url: { url: IMAGE_URL } }] },
    ])
  })

  it('is not sent at all to a model that takes none', async () => {
    const replyId = await importWithImage('')
    await know(false)
    const reply = await regenerate(replyId)
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'endpoint-no-images' } })
    expect(stage.chats()).toEqual([])
  })

  it('is named where a later message is sent to such a model', async () => {
    await importWithImage('')
    await know(false)
    await stage.send('Which colour?')
    expect(stage.chats()[0]?.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', '[image]'],
      ['assistant', 'A boat.'],
      ['user', 'Which colour?'],
    ])
  })
})
