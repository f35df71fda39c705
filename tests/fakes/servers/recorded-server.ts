/** What a server of some product answers, path by path, so that it can be told from the others. */
export interface RecordedServer {
  /** Where its OpenAI-compatible routes begin. */
  api: string
  /** By method and path, without the query: `GET /props`. Chat requests are answered by the demo unless they stand here. */
  routes: Record<string, Answer>
  /** For every other path. */
  unknown: RecordedAnswer
}

export interface RecordedAnswer {
  status: number
  contentType: string
  /** Sent as it is when it is text, else as JSON. */
  body: unknown
}

interface Asked {
  query: URLSearchParams
  /** The JSON that was sent; empty where there was none. */
  body: Record<string, unknown>
}

export type Answer = RecordedAnswer | ((asked: Asked) => RecordedAnswer)

/** An answer in JSON. */
export function json(body: unknown, status = 200): RecordedAnswer {
  return { status, contentType: 'application/json', body }
}

/** An answer in plain text or HTML. */
export function text(body: string, status = 200, contentType = 'text/plain'): RecordedAnswer {
  return { status, contentType, body }
}

/** A list of models as OpenAI has it. */
export function modelList(models: Record<string, unknown>[]): RecordedAnswer {
  return json({ object: 'list', data: models.map((model) => ({ object: 'model', created: 1_760_000_000, ...model })) })
}

/** Stands in for a tokenizer: a token for each four characters. */
export function fakeTokens(content: unknown): number[] {
  const length = typeof content === 'string' ? Math.ceil(content.length / 4) : 0
  return Array.from({ length }, (_, index) => index + 1)
}

/** What a template makes of messages. */
export function fakeTemplate(messages: unknown): string {
  const list = Array.isArray(messages) ? (messages as Record<string, unknown>[]) : []
  return `${list.map(({ role, content }) => `<|${String(role)}|>${String(content)}\n`).join('')}<|assistant|>`
}
