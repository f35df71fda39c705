import type { Guard } from '../run-without-guard.ts'

const queue = { file: 'electron/background/idle-queue.ts', tests: ['electron/background/idle-queue.test.ts'] }
const storing = { file: 'electron/history/titles.ts', tests: ['electron/history/titles.test.ts'] }
const reading = { file: 'electron/titles/title-from-answer.ts', tests: ['electron/titles/title-from-answer.test.ts'] }
const naming = { file: 'electron/titles/titles.ts', tests: ['electron/titles/titles.test.ts'] }
const asking = { file: 'electron/titles/ask-for-title.ts', tests: ['electron/titles/titles.test.ts'] }
const forming = { file: 'electron/titles/title-request.ts', tests: ['electron/titles/title-request.test.ts'] }
const replying = { file: 'electron/replies/replies.ts', tests: ['electron/titles/titles.test.ts'] }

/** What a model may name, and what gives way to the person. */
export const titleGuards: readonly Guard[] = [
  {
    ...storing,
    guards: 'a name that a person gave is never replaced',
    find: "title_source = 'auto' AND ",
    replace: '',
  },
  { ...storing, guards: 'a model names a conversation once', find: 'title_model IS NULL AND ', replace: '' },
  { ...storing, guards: 'nothing in the trash is named', find: ' AND trashed_seq IS NULL', replace: '' },
  {
    ...queue,
    guards: 'background work gives way at once',
    find: 'running?.controller.abort()\n      waitForPause()',
    replace: 'waitForPause()',
  },
  {
    ...queue,
    guards: 'background work waits for replies',
    find: ' || isBusy()) return',
    replace: ') return',
  },
  { ...queue, guards: 'one background job at a time', find: '!job || running || ', replace: '!job || ' },
  { ...queue, guards: 'what was cancelled for good stays so', find: 'running.isForgotten = true', replace: '' },
  { ...queue, guards: 'a stopped queue begins nothing', find: '      isStopped = true\n', replace: '' },
  { ...queue, guards: 'stopping waits for what runs', find: 'await running?.ended', replace: '' },
  {
    ...replying,
    guards: 'room is made before a reply is prepared',
    find: 'onStart?.()',
    replace: '',
    name: 'makes room in the moment',
  },
  {
    ...replying,
    guards: 'only a whole reply leads to a title',
    find: "ready === null || reply.ended?.status !== 'complete'",
    replace: 'ready === null',
    name: 'after a reply that was stopped',
  },
  {
    ...replying,
    guards: 'what a continued reply had before is not repeated',
    find: 'reply.text.slice(from.start.text.length)',
    replace: 'reply.text',
    name: 'behind what came of a continued reply',
  },
  {
    ...naming,
    guards: 'no titles for a person who wants first lines',
    find: "settings.titles !== 'model' || ",
    replace: '',
    name: 'where the first line is what the person wants',
  },
  {
    ...naming,
    guards: 'the demo names nothing',
    find: "if (endpoint.kind === 'demo') return null",
    replace: '',
    name: 'where the first line is what the person wants',
  },
  {
    ...naming,
    guards: 'no title that would not fit the window',
    find: 'request.estimatedTokens > window.tokens ? null : request',
    replace: 'request',
    name: 'would not fit the window',
  },
  {
    ...naming,
    guards: 'a failed title is not tried again',
    find: '      tries.set(conversationId, MOST_TRIES)\n',
    replace: '',
    name: 'is not tried again in this run',
  },
  {
    ...naming,
    guards: 'a refused key is not tried with each conversation',
    find: 'givenUp.add(target.endpoint.id)',
    replace: '{}',
    name: 'because the key is refused',
  },
  {
    ...asking,
    guards: 'an answer without an end is left',
    find: 'if (chars > MOST_CHARS) return null',
    replace: '',
    name: 'one without an end',
  },
  {
    ...asking,
    guards: 'a title that was cut is none',
    find: "event.finishReason === 'length' ? null : ",
    replace: '',
    name: 'one that was cut',
  },
  {
    ...asking,
    guards: 'a refused effort is left out of titles alone',
    find: 'refused.filter((field) => !chosenFields.has(field))',
    replace: 'refused.filter((field) => chosenFields.has(field))',
    name: 'takes nothing from what a person may choose',
  },
  {
    ...forming,
    guards: 'the effort at the start of a prompt stays',
    find: '!thinks || EFFORT_COMES_FIRST.test(request.model)',
    replace: '!thinks',
  },
  {
    ...reading,
    guards: 'no refusal becomes a title',
    find: ' && !REFUSAL.test(title)',
    replace: '',
  },
  {
    ...reading,
    guards: 'no thoughts become a title',
    find: "THOUGHTS.test(spoken) ? '' : spoken",
    replace: 'spoken',
  },
  {
    ...reading,
    guards: 'no paragraphs become a title',
    find: ' || lines.length > (line === lines[0] ? 1 : 2)',
    replace: '',
  },
]
