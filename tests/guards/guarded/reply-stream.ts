import type { Guard } from '../run-without-guard.ts'

const stream = 'electron/endpoint/stream'
const answer = `${stream}/answer`

const replying = { file: 'electron/endpoint/chat.ts', tests: ['electron/endpoint/chat.test.ts'] }
const attempting = { file: `${stream}/attempt-reply.ts`, tests: ['electron/endpoint/chat.test.ts'] }
const judging = { file: `${stream}/verdict.ts`, tests: [`${stream}/cut-anywhere.test.ts`] }
const reading = { tests: [`${answer}/read-answer.test.ts`] }
const splitting = { file: `${answer}/think-splitter.ts`, tests: [`${answer}/think-splitter.test.ts`] }
const calling = { file: `${answer}/tool-calls.ts`, tests: [`${answer}/tool-calls.test.ts`] }
const retrying = { file: `${stream}/retry.ts`, tests: [`${stream}/wait-for-reply.test.ts`] }
const limiting = { file: `${stream}/chat-limits.ts`, tests: [`${stream}/wait-for-reply.test.ts`] }
const watching = { file: `${stream}/watch-clock.ts`, tests: [`${stream}/watch-clock.test.ts`] }
const asking = {
  file: 'electron/endpoint/wire/request-body.ts',
  tests: ['electron/endpoint/wire/request-body.test.ts'],
}

const replies: readonly Guard[] = [
  {
    ...replying,
    guards: 'a prompt that is too long is not sent again without a field',
    find: " || error.code === 'endpoint-overflow'",
    replace: '',
    tests: ['electron/endpoint/wire/refusing-server.test.ts'],
  },
  {
    ...replying,
    guards: 'a prompt waits at the health of a server that loads',
    find: 'if (isLoading && !(await',
    replace: 'if (isLoading && limits.loadingMs < 0 && !(await',
    tests: retrying.tests,
  },
  {
    ...attempting,
    guards: 'a tool that is asked for begins a reply',
    find: 'if (reader.state.toolPieces > 0) yield* begin(progress)',
    replace: '',
    tests: ['electron/endpoint/wire/refusing-server.test.ts'],
  },
  {
    ...attempting,
    guards: 'what says nothing is no sign of life',
    find: 'if (progress.isEnding || !(isAlive || hasEnded)) return',
    replace: '',
    tests: retrying.tests,
  },
  {
    ...attempting,
    guards: 'a connection that breaks after the end breaks no reply',
    find: 'if (reader.state.finishReason !== null) return null',
    replace: '',
    name: 'is whole',
  },
  {
    ...judging,
    guards: 'a reply without a word is not whole',
    find: 'if (isWhole && hasBegun) return null',
    replace: 'if (isWhole) return null',
    tests: ['electron/endpoint/chat.test.ts'],
    name: 'is explained',
  },
  {
    ...judging,
    guards: 'a reply that was cut in its first piece is broken',
    find: ' && !state.malformed) {',
    replace: ') {',
  },
]

const answers: readonly Guard[] = [
  {
    ...reading,
    file: `${answer}/sse-lines.ts`,
    guards: 'an event without end ends the stream',
    find: 'maxBufferSize: maxLineChars,',
    replace: '',
  },
  {
    ...reading,
    file: `${answer}/sse-lines.ts`,
    guards: 'what came before a line without end is kept',
    find: 'if (tooLong && taken.length === 0) throw',
    replace: 'if (tooLong) throw',
  },
  {
    file: `${answer}/sse-lines.ts`,
    guards: 'a line is read when it is complete',
    find: "Math.max(text.lastIndexOf('\\n'), text.lastIndexOf('\\r')) + 1",
    replace: 'text.length',
    tests: [`${answer}/hostile-streams.test.ts`],
  },
  {
    file: `${answer}/reply-reader.ts`,
    guards: 'an event of another kind is no part of a reply',
    find: "if (message.event !== null && message.event !== 'message') return []",
    replace: '',
    tests: [`${answer}/hostile-streams.test.ts`],
  },
  {
    ...reading,
    file: `${answer}/whole-characters.ts`,
    guards: 'half a character waits for its other half',
    find: '/[\\ud800-\\udbff]$/.exec(joined)?.[0] ?? ',
    replace: '',
  },
  {
    ...reading,
    file: `${answer}/read-answer.ts`,
    guards: 'a piece of a tool call is a sign of life',
    find: ' || reader.state.toolPieces > toolPieces',
    replace: '',
  },
  {
    ...reading,
    file: `${answer}/read-answer.ts`,
    guards: 'a whole answer is no larger than is taken',
    find: 'if (sizeBytes > limits.maxReplyBytes) return',
    replace: '',
  },
  {
    ...reading,
    file: 'electron/endpoint/http/server-text.ts',
    guards: 'what is nested without end is judged',
    find: "  try {\n    return JSON.stringify(value) ?? ''\n  } catch {\n    return ''\n  }",
    replace: "  return JSON.stringify(value) ?? ''",
  },
  {
    ...splitting,
    guards: 'a closing tag is found wherever it is cut',
    find: 'at === -1 ? overlap(held, close) : 0',
    replace: '0',
  },
  {
    ...splitting,
    guards: 'blanks are not held back without end',
    find: 'held.length - trimmed.length > MAX_HELD_CHARS',
    replace: 'false',
  },
  {
    ...calling,
    guards: 'tool calls are not counted without end',
    find: 'if (calls.size >= MAX_CALLS) return',
    replace: '',
  },
  {
    ...calling,
    guards: 'tool calls do not grow without end',
    find: '.slice(0, MAX_TOTAL_CHARS - totalChars)',
    replace: '',
  },
]

const waits: readonly Guard[] = [
  {
    ...retrying,
    guards: 'there are three more tries',
    find: 'if (pauseMs === undefined) return null',
    replace: 'if (pauseMs === undefined) return 0',
  },
  {
    ...retrying,
    guards: 'what is final is not tried again',
    find: "|| failure.retry === 'never'",
    replace: '',
  },
  {
    ...retrying,
    guards: 'a server that asks for a pause gets it',
    find: 'failure.retryAfterMs ?? ',
    replace: '',
  },
  {
    ...retrying,
    guards: 'a pause ends when its reply is stopped',
    find: 'sleep(waitMs, undefined, { signal })',
    replace: 'sleep(waitMs)',
    tests: [`${stream}/stop-reply.test.ts`],
    name: 'between two tries',
  },
  {
    ...limiting,
    guards: 'no wait is longer than a timer counts',
    find: 'return Math.min(limitMs, MAX_WAIT_MS)',
    replace: 'return limitMs',
  },
  {
    ...limiting,
    guards: 'a fast model is no reason for impatience',
    find: 'Math.min(limits.prefillTokensPerSecond, measured ?? Number.POSITIVE_INFINITY)',
    replace: 'measured ?? limits.prefillTokensPerSecond',
  },
  {
    ...watching,
    guards: 'a clock begins anew when the computer wakes up',
    find: '      remainingMs = limitMs\n      update()',
    replace: '      update()',
  },
  {
    ...watching,
    guards: 'silence ends',
    find: 'controller.abort(makeReason?.())',
    replace: 'undefined',
  },
]

const requests: readonly Guard[] = [
  {
    ...asking,
    guards: 'what makes a request is never left out',
    find: 'if (!ESSENTIAL.has(field)) delete',
    replace: 'delete',
  },
  {
    ...asking,
    guards: 'what makes a request is never taken for refused',
    find: '!ESSENTIAL.has(field) && namesField',
    replace: 'namesField',
  },
  {
    ...asking,
    guards: 'a value out of range is the concern of a person',
    find: 'if (REFUSAL.test(text)) return',
    replace: 'if (text) return',
  },
  {
    ...asking,
    guards: 'a field that is quoted is not a field that is refused',
    find: 'return status === 500 ? null : (own ?? null)',
    replace: 'return own ?? null',
  },
  {
    ...asking,
    guards: 'no limit is said by saying nothing',
    find: " || (name === 'maxTokens' && value === -1)",
    replace: '',
  },
  {
    guards: 'roles alternate',
    file: 'electron/endpoint/wire/chat-message.ts',
    find: 'if (last?.role === role)',
    replace: 'if (last === undefined && role === undefined)',
    tests: ['electron/endpoint/wire/chat-message.test.ts'],
  },
  {
    guards: 'there is one system message, and that first',
    file: 'electron/endpoint/wire/chat-message.ts',
    find: "if (role === 'system') continue",
    replace: '',
    tests: ['electron/endpoint/wire/chat-message.test.ts'],
  },
]

/** What is asked of a server, and what counts as its reply. */
export const replyStreamGuards: readonly Guard[] = [...replies, ...answers, ...waits, ...requests]
