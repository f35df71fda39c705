import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { v7 as uuid } from 'uuid'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type History, type OpenHistoryOptions, openHistory } from './history.ts'
import { bundleForNode } from './testing/bundle-for-node.ts'
import { NOW, SENT, temporaryFile } from './testing/temporary-history.ts'

let folder = ''
beforeAll(async () => {
  folder = await bundleForNode({ worker: 'worker.ts' })
  return () => rmSync(folder, { recursive: true })
})

async function open(values: Partial<OpenHistoryOptions> = {}): Promise<History> {
  const workerUrl = pathToFileURL(path.join(folder, 'worker.mjs'))
  const history = await openHistory({ ...temporaryFile(), workerUrl, ...values })
  onTestFinished(() => history.close())
  return history
}

/** A worker whose text is `source`, beside the built one. */
function workerOf(source: string): URL {
  const file = path.join(folder, `${uuid()}.mjs`)
  writeFileSync(file, `import { parentPort } from 'node:worker_threads'\n${source}`)
  return pathToFileURL(file)
}

const OPENED = `parentPort.postMessage({ type: 'opened', ok: true })`

describe('the history behind its worker', () => {
  it('keeps a conversation from its first word to the next start', async () => {
    const { file, key } = temporaryFile()
    const first = await open({ file, key })
    const { id: conversationId } = await first.createConversation({
      systemPrompt: 'Be brief.',
      endpointId: null,
      model: null,
      now: NOW,
    })
    const { replyId } = await first.beginReply({
      conversationId,
      action: { type: 'send', text: 'Hello' },
      model: 'small',
      endpointId: null,
      endpointName: 'Local',
      sampling: { temperature: 0.5 },
      sent: SENT,
      continueMode: null,
      now: NOW,
    })
    await first.appendChunks({
      chunks: [
        { messageId: replyId, text: 'Good ', reasoning: '' },
        { messageId: replyId, text: 'day', reasoning: 'hm' },
      ],
    })
    await first.close()
    const second = await open({ file, key })
    expect(await second.listStreaming({})).toEqual([{ conversationId, messageId: replyId }])
    expect(await second.interruptStreaming({ now: NOW + 1 })).toBe(1)
    const { messages, hasMore } = await second.listBranch({ conversationId, beforeId: null, limit: 10 })
    expect({
      hasMore,
      messages: messages.map(({ role, text, reasoning, status }) => ({ role, text, reasoning, status })),
    }).toEqual({
      hasMore: false,
      messages: [
        { role: 'user', text: 'Hello', reasoning: '', status: 'complete' },
        { role: 'assistant', text: 'Good day', reasoning: 'hm', status: 'interrupted' },
      ],
    })
  })

  it('passes on the code and the sentence of a failure', async () => {
    const history = await open()
    await expect(history.getConversation({ conversationId: uuid() })).rejects.toMatchObject({
      name: 'AppError',
      code: 'not-found',
      message: expect.stringContaining('conversation'),
    })
  })

  it('says why a file cannot be opened', async () => {
    const { file, key } = temporaryFile()
    await (await open({ file, key })).close()
    await expect(open({ file, key: randomBytes(32) })).rejects.toMatchObject({ code: 'history-key-wrong' })
  })

  it('leaves the key of its caller as it is', async () => {
    const { file, key } = temporaryFile()
    const before = Buffer.from(key)
    await open({ file, key })
    expect(key.equals(before)).toBe(true)
  })

  it('answers what was called before it was closed, and refuses what comes later', async () => {
    const history = await open()
    const set = history.setSettings({ values: { answer: 42 } })
    const before = history.listEndpoints({})
    const closed = history.close()
    await expect(before).resolves.toEqual([])
    await expect(set).resolves.toBeUndefined()
    await closed
    await expect(history.getSettings({})).rejects.toMatchObject({ code: 'history-unavailable' })
  })

  it.each([
    ['stops', 'process.exit(3)'],
    ['throws', `throw new Error('out of order')`],
  ])('rejects every waiting call when the worker %s, and tells it once', async (_how, end) => {
    const lost: string[] = []
    const workerUrl = workerOf(
      `${OPENED}\nlet calls = 0\nparentPort.on('message', () => { if (++calls === 3) ${end} })`,
    )
    const history = await open({ workerUrl, onLost: (error) => lost.push(error.code) })
    const calls = [history.getSettings({}), history.listEndpoints({})]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'history-unavailable', retryable: true })
    await expect(history.listStreaming({})).rejects.toMatchObject({ code: 'history-unavailable' })
    await history.close()
    expect(lost).toEqual(['history-unavailable'])
  })

  it('does not wait for a worker that ends before it has opened the file', async () => {
    await expect(open({ workerUrl: workerOf('process.exit(0)') })).rejects.toMatchObject({
      code: 'history-unavailable',
    })
  })

  it('names a slow function and nothing of what it was given', async () => {
    const slow: unknown[][] = []
    const answer = (ms: number) =>
      `parentPort.postMessage({ type: 'answer', call, ok: true, value: [], elapsedMs: ${ms} })`
    const workerUrl = workerOf(
      `${OPENED}\nparentPort.on('message', ({ type, call }) => { if (type === 'close') parentPort.close(); if (call === 1) ${answer(40)}; if (call === 2) ${answer(41)} })`,
    )
    const history = await open({ workerUrl, onSlow: (...call) => slow.push(call) })
    await history.listEndpoints({})
    await history.getDraft({ conversationId: 'private' })
    expect(slow).toEqual([['getDraft', 41]])
  })
})
