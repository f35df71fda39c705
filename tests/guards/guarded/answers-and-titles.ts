import type { Guard } from '../run-without-guard.ts'

const attempting = { file: 'electron/endpoint/stream/attempt-reply.ts', tests: ['electron/endpoint/chat.test.ts'] }
const judging = { file: 'electron/endpoint/stream/verdict.ts', tests: ['electron/endpoint/chat.test.ts'] }
const chatting = { file: 'electron/endpoint/chat.ts', tests: ['electron/endpoint/chat.test.ts'] }
const clocking = {
  file: 'electron/endpoint/stream/watch-clock.ts',
  tests: ['electron/endpoint/stream/watch-clock.test.ts'],
}
const parsing = {
  file: 'electron/endpoint/stream/answer/sse-lines.ts',
  tests: ['electron/endpoint/stream/answer/sse-lines.test.ts'],
}
const explaining = { file: 'electron/endpoint/http/status-failure.ts', tests: ['electron/endpoint/chat.test.ts'] }
const quoting = { file: 'electron/endpoint/http/server-text.ts', tests: ['electron/endpoint/http/server-text.test.ts'] }
const learning = {
  file: 'electron/replies/learning/second-try.ts',
  tests: ['electron/replies/learning/second-tries.test.ts'],
}
const titling = { file: 'electron/titles/title-from-answer.ts', tests: ['electron/titles/title-from-answer.test.ts'] }

/** What counts as an answer. */
const answerGuards: readonly Guard[] = [
  {
    ...judging,
    guards: 'a reply without its end is not whole',
    find: 'const isWhole = state.done || state.finishReason !== null',
    replace: 'const isWhole = true',
  },
  {
    ...judging,
    guards: 'an error inside a stream is one',
    find: 'if (state.error !== null) {',
    replace: 'if (state.form === null) {',
  },
  {
    ...attempting,
    guards: 'a reply without end is stopped',
    find: 'if (progress.sizeBytes > progress.limits.maxReplyBytes) {',
    replace: 'if (progress.sizeBytes < 0) {',
  },
  {
    ...attempting,
    guards: 'the clock stands still behind another reply of ours',
    find: `    clock.pause()
    yield phaseEvent('queued')`,
    replace: `    yield phaseEvent('queued')`,
  },
  {
    ...attempting,
    guards: 'a reply that was left closes its socket',
    find: '    left.abort()\n',
    replace: '',
  },
  {
    ...attempting,
    guards: 'what came before the stream broke is kept',
    find: '  yield* toChatEvents(reader.end(), progress)\n',
    replace: '',
  },
  {
    ...chatting,
    guards: 'a reply that has begun is not asked for again',
    find: 'if (hasBegun) throw error',
    replace: '',
  },
  {
    ...chatting,
    guards: 'nothing follows a stop',
    find: '        if (request.signal.aborted) return\n      }',
    replace: '      }',
  },
  {
    ...clocking,
    guards: 'no time passes while the computer sleeps',
    find: '!isPaused && !isAsleep',
    replace: '!isPaused',
  },
  {
    guards: 'tries come to an end',
    file: 'electron/endpoint/stream/retry.ts',
    find: '      tries += 1\n',
    replace: '',
    tests: ['electron/endpoint/stream/wait-for-reply.test.ts'],
  },
  {
    guards: 'loading takes no longer than it may',
    file: 'electron/endpoint/stream/retry.ts',
    find: 'awakeNow() - loadingSince < limits.loadingMs ? limits.loadingPollMs : null',
    replace: 'limits.loadingPollMs',
    tests: ['electron/endpoint/stream/wait-for-reply.test.ts'],
  },
  {
    ...parsing,
    guards: 'a line without end is given up',
    find: 'tooLong ||= pendingChars > maxLineChars',
    replace: '',
    tests: ['electron/endpoint/chat.test.ts', 'electron/endpoint/flood.test.ts'],
  },
  {
    ...parsing,
    guards: 'a character may be cut in two',
    find: 'decoder.decode(bytes, { stream: true })',
    replace: 'decoder.decode(bytes)',
    tests: ['electron/endpoint/stream/answer/read-answer.test.ts'],
  },
  {
    ...explaining,
    guards: 'no more of an error is read than that',
    find: 'await readText(response, MAX_ERROR_BODY_BYTES)',
    replace: 'await readText(response, 1e12)',
    tests: ['electron/endpoint/flood.test.ts'],
  },
  {
    ...explaining,
    guards: 'a server cannot make us wait for hours',
    find: 'Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS)',
    replace: 'Math.max(waitMs, 0)',
    tests: ['electron/endpoint/http/status-failure.test.ts', 'electron/endpoint/error-bodies.test.ts'],
  },
  {
    ...quoting,
    guards: 'a key that a server repeats is blanked',
    find: "if (key !== null && key !== '') text = text.replaceAll(key, '[key]')",
    replace: '',
  },
  {
    ...quoting,
    guards: "a server's words cannot turn the direction of text",
    find: "    .replace(/[\\p{Cf}\\p{Cs}]/gu, '')\n",
    replace: '',
  },
]

/** What a reply says and remembers of its request, and what a model may name. */
const replyGuards: readonly Guard[] = [
  {
    ...learning,
    guards: 'with the newest message alone nothing is sent again',
    find: 'if (!isShorter && !isAnswerToBlame(failure, ready)) return null',
    replace: '',
  },
  {
    guards: 'a short prompt is not suspected of having been cut',
    file: 'electron/replies/learning/detect-cut.ts',
    find: 'if (promptTokens < LEAST_LEFT) return false\n',
    replace: '',
    tests: ['electron/replies/learning/detect-cut.test.ts'],
  },
  {
    guards: 'nothing is sent again once text has come',
    file: 'electron/replies/run-reply.ts',
    find: 'isSilent && !signal.aborted ?',
    replace: '!signal.aborted ?',
    tests: ['electron/replies/learning/second-tries.test.ts'],
  },
  {
    ...titling,
    guards: 'a word that says nothing is no title',
    find: '!NO_TITLE.test(title) && ',
    replace: '',
  },
  {
    ...titling,
    guards: 'a whole answer is no title',
    find: 'line.length > LONGEST_ANSWER || ',
    replace: '',
  },
  { ...titling, guards: 'a title has no invisible characters', find: "line.replace(INVISIBLE, '')", replace: 'line' },
]

export const answerAndTitleGuards: readonly Guard[] = [...answerGuards, ...replyGuards]
