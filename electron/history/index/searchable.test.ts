import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database.ts'
import { openHistory } from '../history.ts'
import { bundleForNode } from '../testing/bundle-for-node.ts'
import { readFilePages, readLogPages } from '../testing/sealed-pages.ts'
import { NOW, SENT, temporaryFile } from '../testing/temporary-history.ts'
import { findMessages } from './find-messages.ts'

/** Far more than it takes; a busy machine may take long. */
const PATIENCE = { timeout: 10_000 }

let folder = ''
beforeAll(async () => {
  folder = await bundleForNode({ worker: 'worker.ts' })
  return () => rmSync(folder, { recursive: true })
})

async function opened() {
  const { file, key } = temporaryFile()
  const failed: unknown[] = []
  const onFailed = (name: string, code: string): void => void failed.push([name, code])
  const history = await openHistory({ file, key, workerUrl: path.join(folder, 'worker.mjs'), onFailed })
  onTestFinished(() => history.close())
  const reader = openDatabase({ file, key, readonly: true })
  onTestFinished(() => void reader.close())
  const count = (query: string) =>
    findMessages(reader, {
      query,
      conversationId: null,
      withTrash: false,
      order: 'newest',
      words: 'all',
      limit: 10,
      cursor: null,
    }).messages.length
  return { history, count, failed, file, key }
}

describe('the history worker, left alone', () => {
  it('makes what was written searchable, and takes what was erased off the disk', async () => {
    const { history, count, failed, file, key } = await opened()
    const plain = { systemPrompt: '', endpointId: null, model: null, now: NOW }
    const { id: conversationId } = await history.createConversation(plain)
    const source = { model: null, endpointId: null, endpointName: null, sampling: {}, continueMode: null, sent: SENT }
    const action = { type: 'send' as const, text: 'a question about qzharbours' }
    const { replyId: messageId } = await history.beginReply({ ...source, conversationId, action, now: NOW })
    await history.appendChunks({ chunks: [{ messageId, text: 'an answer about qzlighthouses', reasoning: '' }] })
    await expect.poll(() => count('qzharbours'), PATIENCE).toBe(1)
    const unknown = { promptTokens: null, completionTokens: null, cachedTokens: null }
    const times = { firstTokenMs: null, totalMs: null, reasoningMs: null }
    const end = { status: 'complete' as const, finishReason: null, error: null, model: null, unread: false, now: NOW }
    await history.finishReply({ messageId, ...end, ...unknown, ...times })
    await expect.poll(() => count('qzlighthouses'), PATIENCE).toBe(1)

    await history.eraseConversations({ conversationIds: [conversationId] })
    expect([count('qzharbours'), count('qzlighthouses')]).toEqual([0, 0])
    const traces = () =>
      [...readFilePages(file, key), ...readLogPages(file, key)].filter(({ clear }) => clear.includes('harbours'))
    await expect.poll(() => traces().length, PATIENCE).toBe(0)
    expect(failed).toEqual([])
  })
})
