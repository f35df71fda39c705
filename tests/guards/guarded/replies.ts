import type { Guard } from '../run-without-guard.ts'

const learning = {
  file: 'electron/replies/learning/second-try.ts',
  tests: ['electron/replies/learning/second-tries.test.ts'],
}
const noticing = {
  file: 'electron/replies/learning/learn-from-reply.ts',
  tests: ['electron/replies/learning/second-tries.test.ts'],
}
const cutting = {
  file: 'electron/replies/learning/detect-cut.ts',
  tests: ['electron/replies/learning/detect-cut.test.ts'],
}
const requesting = { file: 'electron/replies/request-reply.ts', tests: ['electron/replies/prompt-images.test.ts'] }
const running = {
  file: 'electron/replies/run-reply.ts',
  tests: ['electron/replies/learning/second-tries.test.ts'],
}
const bodies = ['electron/endpoint/error-bodies.test.ts']
const explaining = { file: 'electron/endpoint/http/status-failure.ts', tests: bodies }
const overflowing = { file: 'electron/endpoint/http/refusals/overflow.ts', tests: bodies }

/** What a failed or a finished reply may teach, and what it tells. */
export const replyGuards: readonly Guard[] = [
  {
    ...learning,
    guards: 'a prompt is made shorter once',
    find: 'lesson.window !== undefined || !isTooLong',
    replace: '!isTooLong',
    name: 'refused again',
  },
  {
    ...learning,
    guards: 'images are left out once',
    find: "failure.code === 'endpoint-no-images' && ready.images > 0",
    replace: "failure.code === 'endpoint-no-images' && request.leafId !== ''",
    tests: ['electron/replies/prompt-images.test.ts'],
    name: 'goes on refusing',
  },
  {
    ...learning,
    guards: 'a window that holds no conversation is not believed',
    find: 'tokens >= LEAST_WINDOW_TOKENS',
    replace: 'tokens >= 0',
    name: 'is not believed to have met',
  },
  {
    ...learning,
    guards: 'a wild count of tokens is not believed',
    find: 'Math.min(RATIOS.most, Math.max(RATIOS.least, shown))',
    replace: 'shown',
    name: 'wild number',
  },
  {
    ...learning,
    guards: 'a count that was broken off teaches no ratio',
    find: ' && !(isAtLeast && promptTokens <= estimatedTokens)',
    replace: '',
    name: 'stopped counting',
  },
  {
    ...learning,
    guards: 'only what was shortened is said to be',
    find: 'isShorter ? [...lesson.notices, notice] : lesson.notices',
    replace: '[...lesson.notices, notice]',
    name: 'longest answer',
  },
  {
    ...learning,
    guards: 'an empty answer to a short prompt is no overflow',
    find: 'estimatedTokens > FULL_SHARE * (windowTokens - reserveTokens)',
    replace: 'estimatedTokens > 0',
    name: 'empty answer',
  },
  {
    ...learning,
    guards: 'the numbers of the second refusal are kept',
    find: '  await keep(facts)\n  if (lesson.window !== undefined',
    replace: '  if (lesson.window === undefined) await keep(facts)\n  if (lesson.window !== undefined',
    name: 'second refusal',
  },
  {
    ...learning,
    guards: 'an answer that is too long is told from a prompt that is',
    find: ' && !isAnswerToBlame(failure, ready)',
    replace: '',
    name: 'longest answer',
  },
  {
    ...learning,
    guards: 'a model that takes no images is remembered',
    find: "await keep([{ name: 'images', value: false }])",
    replace: '',
    tests: ['electron/replies/prompt-images.test.ts'],
  },
  {
    ...running,
    guards: 'a window that a reply has filled is remembered',
    find: 'if (!isSilent) await learnFromFullWindow',
    replace: 'if (signal.aborted) await learnFromFullWindow',
    name: 'window is known from then on',
  },
  {
    ...running,
    guards: 'only fields that a person chose are told as refused',
    find: '.filter((field) => chosenFields.has(field))',
    replace: '',
    name: 'nobody chose it',
  },
  {
    ...noticing,
    guards: 'a cut prompt teaches no larger window',
    find: 'if (window < ready.window.tokens) facts.push',
    replace: 'facts.push',
    name: 'larger window',
  },
  {
    ...noticing,
    guards: 'a cut prompt teaches no ratio',
    find: '} else facts.push(...ratioOf(ready, promptTokens))',
    replace: '}\n  facts.push(...ratioOf(ready, promptTokens))',
    name: 'stays, and teaches the window',
  },
  {
    ...noticing,
    guards: 'a short prompt teaches no ratio',
    find: 'promptTokens < LEAST_PROMPT_TOKENS || ',
    replace: '',
    name: 'keeps what the answers showed',
  },
  {
    ...noticing,
    guards: 'a prompt with images is not suspected of having been cut',
    find: 'if (promptTokens === null || ready.images > 0) return null',
    replace: 'if (promptTokens === null) return null',
    tests: ['electron/replies/prompt-images.test.ts'],
    name: 'look cut',
  },
  {
    ...noticing,
    guards: 'a prompt with images teaches no ratio',
    find: 'LEAST_PROMPT_TOKENS || ready.images > 0) return []',
    replace: 'LEAST_PROMPT_TOKENS) return []',
    tests: ['electron/replies/prompt-images.test.ts'],
    name: 'look cut',
  },
  {
    ...cutting,
    guards: 'the size of a known cut is not met by chance',
    find: 'return isAbove && ',
    replace: 'return ',
  },
  {
    ...cutting,
    guards: 'a text of few tokens is not suspected of having been cut',
    find: ' && promptTokens < leastTokens()',
    replace: '',
  },
  {
    ...cutting,
    guards: 'a window is not learned in which the prompt would have fitted',
    find: 'doubled <= ERROR_SHARE * estimatedTokens ? doubled : promptTokens',
    replace: 'doubled',
  },
  {
    ...requesting,
    guards: 'images go to no model that is known to take none',
    find: " && capabilityOf(capabilities, 'images') !== false",
    replace: '',
  },
  {
    ...requesting,
    guards: 'a message of nothing but images goes to no such model',
    find: 'if (!takesImages) refuseImagesAlone(prompt, model)',
    replace: '',
  },
  {
    ...requesting,
    guards: 'a longest answer that was refused is asked to be shorter',
    find: 'lesson.window !== undefined || (fits',
    replace: '(fits',
    tests: ['electron/replies/learning/second-tries.test.ts'],
    name: 'longest answer',
  },
  {
    ...explaining,
    guards: 'a page to sign in is told from a model server',
    find: "if (isSignIn(isHtml ? raw : '', response.status))",
    replace: 'if (response.status === 0)',
  },
  {
    ...explaining,
    guards: 'an error inside a stream has the status that its name tells',
    find: 'STATUS_OF_TYPE.find(([name]) => name.test(type))?.[1] ?? 500',
    replace: '500',
  },
  {
    ...explaining,
    guards: 'a gateway is told from the server behind it',
    find: ' || (status >= 520 && status <= 530)',
    replace: '',
  },
  {
    ...overflowing,
    guards: 'limits of an account are no overflow',
    find: 'VETO.test(plain) || ',
    replace: '',
  },
  {
    ...overflowing,
    guards: 'JSON inside a string is read',
    find: ".replaceAll('\\\\\"', '\"')",
    replace: '',
    tests: ['electron/endpoint/http/refusals/overflow.test.ts'],
  },
  {
    guards: 'a reply that fills the window says so',
    file: 'electron/endpoint/stream/verdict.ts',
    find: "hasBegun && failure.code === 'endpoint-overflow' ? fullWindow(failure, where) : failure",
    replace: 'failure',
    tests: bodies,
  },
]
