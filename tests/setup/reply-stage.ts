import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import { knownCapabilities } from '../../electron/endpoint/capabilities.ts'
import { createEndpoint } from '../../electron/endpoint/saved-endpoints.ts'
import { type History, openHistory } from '../../electron/history/history.ts'
import { bundleForNode } from '../../electron/history/testing/bundle-for-node.ts'
import { createKeyStore } from '../../electron/keys/key-store.ts'
import { noKeyring } from '../../electron/keys/testing/fake-keyring.ts'
import { createReplies, type Replies } from '../../electron/replies/replies.ts'
import type { Capability, Endpoint, Message, Sampling } from '../../shared/record-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import type { Fault } from '../fakes/fake-fault.ts'

export const MODEL = 'alcove-demo'

interface SentBody extends Record<string, unknown> {
  messages: { role: string; content: unknown }[]
}

/** One conversation, on a real history file, with a real worker, before a real HTTP server. */
export interface Stage {
  fake: FakeEndpoint
  history: History
  replies: Replies
  endpoint: Endpoint
  /** Where `send` sends; another may be put in its place. */
  conversationId: string
  /** Sends a text, while the server misbehaves as told, and answers with the reply as it was stored. */
  send(text: string, faults?: Fault | readonly (Fault | null)[] | null): Promise<Message>
  /** The bodies of all chat requests so far. */
  chats(): SentBody[]
  known(): Promise<Capability[]>
  setSampling(sampling: Sampling): Promise<unknown>
  close(): Promise<void>
}

let workerUrl: string

/** Once before all stages of a file. */
export async function buildWorker(): Promise<void> {
  workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
}

/** A fresh stage; `buildWorker` comes first. `routes`: further answers of the server, by path. */
export async function openStage(routes: Record<string, unknown> = {}): Promise<Stage> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-replies-'))
  const fake = await startFakeEndpoint({ contextTokens: 1_000_000, routes })
  const keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  const history = await openHistory({ file: path.join(folder, 'history.db'), key: Buffer.alloc(32, 7), workerUrl })
  const replies = createReplies({ history, keys, onCount: () => {} })
  const fields = { name: 'Fake', kind: 'http' as const, defaultModel: MODEL, windowTokens: null }
  const endpoint = await createEndpoint(history, keys, { ...fields, baseUrl: fake.url, key: null })
  const conversation = { id: uuid(), systemPrompt: 'Be brief.', endpointId: null, model: null, now: 1 }
  const { id: conversationId } = await history.createConversation(conversation)

  const stage: Stage = {
    fake,
    history,
    replies,
    endpoint,
    conversationId,
    async send(text, faults = null) {
      fake.setFault(faults as Fault | null)
      const { replyId } = await replies.start({ conversationId: stage.conversationId, action: { type: 'send', text } })
      await replies.whenIdle()
      return history.getMessage({ messageId: replyId })
    },
    chats: () =>
      fake.requests.filter(({ path: at }) => at.endsWith('/chat/completions')).map(({ body }) => body as SentBody),
    known: () => knownCapabilities(history, endpoint.id, MODEL),
    setSampling: (sampling) =>
      history.updateConversation({ conversationId: stage.conversationId, changes: { settings: { sampling } }, now: 2 }),
    async close() {
      await replies.interruptAll()
      await history.close()
      await fake.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return stage
}
