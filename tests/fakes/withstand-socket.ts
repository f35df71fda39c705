import fc from 'fast-check'
import { expect } from 'vitest'
import { streamChat } from '../../electron/endpoint/chat.ts'
import type { ChatLimits } from '../../electron/endpoint/stream/chat-limits.ts'
import { AppError } from '../../shared/errors.ts'
import { type CollectedReply, collectReply } from './collect-reply.ts'
import { HOSTILE_TEXT, hostileSocket } from './hostile-socket.ts'
import { GOOD_TEXTS, type SocketServer, startSocketServer } from './socket-server.ts'

const KEY = 'sk-for-one-origin-only'
const HANG_MS = 10_000
const IMPATIENT = {
  firstByteMs: 60,
  promptGraceMs: 0,
  idleMs: 60,
  tailMs: 20,
  loadingMs: 20,
  loadingPollMs: 5,
  backoffMs: [1],
}

/**
 * Asks `runs` servers that misbehave at the socket, each as `seed` has it. After each one the next good request works,
 * every socket is closed, and no other server was reached. Throws as `expect` does.
 */
export async function withstandSockets(runs: number, seed: number): Promise<void> {
  const [server, other] = await Promise.all([startSocketServer(), startSocketServer()])
  try {
    await fc.assert(
      fc.asyncProperty(hostileSocket(other.url), async (script) => {
        server.setScript(script)
        const reply = await ask(server, IMPATIENT)
        expect(reply.end === null).toBe(reply.error instanceof AppError)
        // A reply that counts as whole lacks nothing.
        if (reply.end !== null) expect(reply.text).toBe(HOSTILE_TEXT)
        else expect(HOSTILE_TEXT.startsWith(reply.text) || reply.text === 'slow').toBe(true)
        if (reply.error instanceof AppError) expect(reply.error.message).not.toContain(KEY)
        server.setScript(null)
        expect(await ask(server)).toMatchObject({ text: GOOD_TEXTS.join(''), error: null })
        expect(other.connections()).toBe(0)
      }),
      { numRuns: runs, seed },
    )
    await expect.poll(() => server.openConnections()).toBe(0)
  } finally {
    await Promise.all([server.close(), other.close()])
  }
}

/** One reply; hanging is a failure. */
async function ask(server: SocketServer, limits: Partial<ChatLimits> = {}): Promise<CollectedReply> {
  const reply = collectReply(
    streamChat({
      endpoint: { kind: 'http', baseUrl: server.url, key: KEY },
      model: 'any',
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: {},
      signal: new AbortController().signal,
      estimatedPromptTokens: 0,
      limits,
    }),
  )
  let timer: NodeJS.Timeout | undefined
  const hang = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the reply neither ended nor failed')), HANG_MS)
  })
  return Promise.race([reply, hang]).finally(() => clearTimeout(timer))
}
