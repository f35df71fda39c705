/** Asks the server at the first argument by the route of the second one and prints how far memory grew, as JSON. */
import { AppError } from '../../../shared/errors.ts'
import type { EndpointConnection } from '../address.ts'
import { streamChat } from '../chat.ts'
import { fetchJson } from '../http/fetch-json.ts'

const [, , origin = '', route = ''] = process.argv
const connection: EndpointConnection = { kind: 'http', baseUrl: origin, key: null }

async function ask(path: string): Promise<string> {
  const { signal } = new AbortController()
  try {
    if (route !== 'chat') {
      await fetchJson({ connection, url: `${origin}${path}`, timeoutMs: 120_000, signal, purpose: 'models' })
      return 'answered'
    }
    let characters = 0
    for await (const event of streamChat({
      endpoint: { ...connection, baseUrl: `${origin}${path}` },
      model: 'any',
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: {},
      signal,
      estimatedPromptTokens: 0,
    })) {
      if (event.type === 'text-delta') characters += event.text.length
    }
    return `answered with ${characters}`
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}

// Code is compiled and heaps find their size in the first requests.
for (let times = 0; times < 20; times++) await ask('/small')
globalThis.gc?.()
const before = process.memoryUsage.rss()
let highest = before
const timer = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss())
}, 5)
const outcome = await ask('/flood')
clearInterval(timer)
const grownBytes = Math.max(highest, process.memoryUsage.rss()) - before
process.stdout.write(JSON.stringify({ outcome, grownBytes }))
