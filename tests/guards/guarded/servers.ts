import type { Guard } from '../run-without-guard.ts'

const servers = 'electron/endpoint/servers'
const every = [`${servers}/every-server.test.ts`]
const states = [`${servers}/server-states.test.ts`]
const lists = [`${servers}/list-models.test.ts`]
const checking = [`${servers}/check/check-capabilities.test.ts`]
const saved = [`${servers}/saved-model.test.ts`]

/** Of what is asked of servers, and what of their answers is believed. */
export const serverGuards: readonly Guard[] = [
  {
    guards: 'KoboldCpp is told from those it imitates',
    file: `${servers}/recognise-server.ts`,
    tests: every,
    find: "  { server: 'KoboldCpp', matches: (at) => at['/api/extra/version']?.result === 'KoboldCpp' },\n",
    replace: '',
  },
  {
    guards: 'LocalAI is not taken for an unknown server',
    file: `${servers}/recognise-server.ts`,
    tests: every,
    find: "  { server: 'LocalAI', matches: isLocalAi },\n",
    replace: '',
  },
  {
    guards: 'a window that KoboldCpp only imitates is not believed',
    file: `${servers}/window/detect-window.ts`,
    tests: every,
    find: '  if (isKobold(answers)) return { ...told, loaded: asWindow(answers.koboldWindow?.value) }\n',
    replace: '',
  },
  {
    guards: 'a router loads no model to be asked about it',
    file: `${servers}/native-routes.ts`,
    tests: states,
    find: '&autoload=false',
    replace: '',
  },
  {
    guards: 'tokens are not counted where that would load a model',
    file: `${servers}/check/ask-capabilities.ts`,
    tests: every,
    find: 'windows.loaded === null ? [] : await',
    replace: 'await',
  },
  {
    guards: "llama.cpp's imitation of Ollama is not believed",
    file: `${servers}/check/ask-capabilities.ts`,
    tests: every,
    find: 'answers.props ? undefined : answers',
    replace: 'answers',
  },
  {
    guards: 'the window of a model that is not loaded does not count',
    file: `${servers}/window/detect-window.ts`,
    tests: lists,
    find: "old?.state === 'loaded' ? asWindow",
    replace: 'old ? asWindow',
  },
  {
    guards: 'a window is more than nothing',
    file: `${servers}/list-models.ts`,
    tests: lists,
    find: ' && value > 0 && value',
    replace: ' && value',
  },
  {
    guards: 'a window beyond all reason is not believed',
    file: `${servers}/list-models.ts`,
    tests: lists,
    find: ' && value <= MAX_WINDOW_TOKENS ?',
    replace: ' ?',
  },
  {
    guards: 'a count beyond all reason is not believed',
    file: `${servers}/count-tokens.ts`,
    tests: states,
    find: ' && value > 0 && value <= most ?',
    replace: ' && value > 0 ?',
  },
  {
    guards: 'what refuses without being a model server is not found',
    file: `${servers}/search-local.ts`,
    tests: every,
    find: ' && asRecord(parseJson(error.serverBody))?.error !== undefined ?',
    replace: ' ?',
  },
  {
    guards: 'a server without a model that chats does not pass the test',
    file: `${servers}/test-connection.ts`,
    tests: every,
    find: 'models.some(canChat) ?',
    replace: 'models.length > 0 ?',
  },
  {
    guards: 'a cancelled check tries nothing more',
    file: `${servers}/check/check-capabilities.ts`,
    tests: checking,
    find: '    const facts = await run(check)\n    if (signal.aborted) return\n',
    replace: '    const facts = await run(check)\n',
  },
  {
    guards: 'what the server has told is not tried out',
    file: `${servers}/check/tries.ts`,
    tests: checking,
    find: "  if (check.told.some(({ name }) => name === 'images')) return []\n",
    replace: '',
  },
  {
    guards: 'a field that is refused without being named is found',
    file: `${servers}/check/tries.ts`,
    tests: checking,
    find: "    if (tried.isWhole) check.refused.add('reasoning_effort')\n",
    replace: '',
  },
  {
    guards: 'a check ends where not even the first reply comes',
    file: `${servers}/check/tries.ts`,
    tests: checking,
    find: "  if (tried.failure !== null && tried.failure.code !== 'reply-empty') throw tried.failure\n",
    replace: '',
  },
  {
    guards: 'the replies of a check are short',
    file: `${servers}/check/tries.ts`,
    tests: checking,
    find: '{ sampling: { maxTokens: FEW_TOKENS }, limitMs: LIMIT_MS }',
    replace: '{ sampling: {}, limitMs: LIMIT_MS }',
  },
  {
    guards: 'a check tries streams also where they are switched off',
    file: `${servers}/check/check-capabilities.ts`,
    tests: checking,
    find: '{ ...connection, streaming: true }',
    replace: 'connection',
  },
  {
    guards: 'a window set by hand counts in the test',
    file: `${servers}/saved-model.ts`,
    tests: saved,
    find: "tested.source === 'assumed' ? known.source !== 'assumed' : known.tokens < tested.tokens",
    replace: "tested.source === 'assumed'",
  },
  {
    guards: 'a window that is loaded counts before a larger one set by hand',
    file: `${servers}/saved-model.ts`,
    tests: saved,
    find: "known.source !== 'assumed' : known.tokens < tested.tokens",
    replace: "known.source !== 'assumed' : true",
  },
  {
    guards: 'each port is looked at once',
    file: `${servers}/search-local.ts`,
    tests: every,
    find: 'const urls = new Set(',
    replace: 'const urls = Array.from(',
  },
  {
    guards: "Docker's path is looked for",
    file: `${servers}/test-connection.ts`,
    tests: states,
    find: "['/v1', '/engines/v1']",
    replace: "['/v1']",
  },
]
