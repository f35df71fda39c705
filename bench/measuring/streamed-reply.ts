/** One token of a streamed reply, as llama.cpp sends it. */
export function streamedEvent(index: number): string {
  const choices = [{ index: 0, delta: { content: `word${index % 97} ` }, finish_reason: null }]
  const fields = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'bench' }
  return `data: ${JSON.stringify({ choices, ...fields, system_fingerprint: 'b1-0000000' })}\n\n`
}

/** What follows the last token. */
export function streamedEnd(): string {
  return 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
}

/** A whole reply of so many tokens. */
export function streamedReply(events: number): string {
  return Array.from({ length: events }, (_, index) => streamedEvent(index)).join('') + streamedEnd()
}
