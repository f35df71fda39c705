import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../../../tests/fakes/fake-endpoint.ts'
import type { Fault } from '../../../tests/fakes/fake-fault.ts'
import { allowPort } from '../../../tests/setup/connect-log.ts'
import { streamChat } from '../chat.ts'
import type { ChatLimits } from './chat-limits.ts'

/** Far longer than the test may take: whoever waits for any of these fails it. */
const PATIENT = { firstByteMs: 3_600_000, idleMs: 3_600_000, loadingPollMs: 3_600_000, backoffMs: [3_600_000] }

let fake: FakeEndpoint | undefined
let mute: Server | undefined
const open = new Set<Socket>()
afterEach(async () => {
  await fake?.close()
  for (const socket of open) socket.destroy()
  await new Promise((resolve) => (mute ? mute.close(resolve) : resolve(null)))
  fake = mute = undefined
})

/** A port that takes connections, and never says a word. */
async function startMute(): Promise<number> {
  const server = createServer((socket) => {
    open.add(socket.on('close', () => open.delete(socket)).on('error', () => undefined))
    socket.resume()
  })
  mute = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  allowPort(port)
  return port
}

/** Starts a reply; `ended` resolves with how it ended once it has. */
function begin(baseUrl: string, limits: Partial<ChatLimits> = PATIENT) {
  const stop = new AbortController()
  const seen = { phases: [] as string[], text: '' }
  const ended = (async () => {
    const events = streamChat({
      endpoint: { kind: 'http', baseUrl, key: null },
      model: 'any',
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: {},
      signal: stop.signal,
      estimatedPromptTokens: 0,
      limits: { ...PATIENT, ...limits },
    })
    for await (const event of events) {
      if (event.type === 'phase') seen.phases.push(event.phase)
      if (event.type === 'text-delta') seen.text += event.text
      if (event.type === 'end') return 'whole'
    }
    return 'stopped'
  })()
  return { stop: () => stop.abort(), ended, seen }
}

async function misbehaving(fault: Fault): Promise<string> {
  fake = await startFakeEndpoint()
  fake.setFault(fault)
  return fake.url
}

it('is stopped while it connects, and the socket is closed', async () => {
  const reply = begin(`https://127.0.0.1:${await startMute()}/v1`)
  await expect.poll(() => open.size).toBe(1)
  reply.stop()
  expect([await reply.ended, reply.seen.phases]).toEqual(['stopped', ['connecting']])
  await expect.poll(() => open.size).toBe(0)
})

it('is stopped while it waits behind another reply, which goes on', async () => {
  const url = await misbehaving({ type: 'endless' })
  const first = begin(url)
  await expect.poll(() => first.seen.text).not.toBe('')
  fake?.setFault({ type: 'silent' })
  const second = begin(url)
  await expect.poll(() => second.seen.phases).toContain('queued')
  second.stop()
  expect([await second.ended, second.seen.phases]).toEqual(['stopped', ['connecting', 'queued']])
  await expect.poll(() => fake?.openConnections()).toBe(1)
  const { length } = first.seen.text
  await expect.poll(() => first.seen.text.length).toBeGreaterThan(length)
  first.stop()
  expect(await first.ended).toBe('stopped')
  await expect.poll(() => fake?.openConnections()).toBe(0)
})

it.each<[string, Fault, string, Partial<ChatLimits>]>([
  ['between two looks at a server that loads its model', { type: 'loading' }, 'loading', {}],
  ['between two tries', { type: 'status', status: 502 }, 'reading', {}],
  ['while the prompt is read', { type: 'silent' }, 'reading', {}],
  ['between two words', { type: 'stalls', afterTokens: 2 }, 'writing', {}],
  ['while it is written', { type: 'endless' }, 'writing', {}],
])('is stopped %s, and every socket is closed', async (_when, fault, phase, limits) => {
  const reply = begin(await misbehaving(fault), limits)
  await expect.poll(() => reply.seen.phases).toContain(phase)
  reply.stop()
  expect(await reply.ended).toBe('stopped')
  await expect.poll(() => fake?.openConnections()).toBe(0)
  expect(fake?.requests.length).toBe(1)
})

it('is stopped while a server is asked whether it has loaded its model', async () => {
  fake = await startFakeEndpoint({ silentHealth: true })
  fake.setFault({ type: 'loading' })
  const reply = begin(fake.url, { loadingPollMs: 1 })
  await expect.poll(() => fake?.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/health'])
  reply.stop()
  expect([await reply.ended, reply.seen.phases.at(-1)]).toEqual(['stopped', 'loading'])
  await expect.poll(() => fake?.openConnections()).toBe(0)
  expect(fake.requests.length).toBe(2)
})
