import type { Guard } from '../run-without-guard.ts'

const indexing = {
  file: 'electron/history/index/index-messages.ts',
  tests: ['electron/history/index/index-messages.test.ts'],
}
const erasing = { file: 'electron/history/erase/erase-some.ts', tests: ['electron/history/erase/erase.test.ts'] }

/** The index of words, erasing, and the worker that writes. */
export const indexAndWorkerGuards: readonly Guard[] = [
  {
    ...indexing,
    guards: 'words leave the index before a text changes',
    find: '  if (isIndexed) removeFromIndex(db, { seq })\n  change()',
    replace: '  change()',
  },
  {
    ...erasing,
    guards: 'words leave the index before a message goes',
    find: '  removeFromIndex(db, { seq })\n  setIndexed',
    replace: '  setIndexed',
  },
  {
    ...erasing,
    file: 'electron/history/erase/erase-traces.ts',
    guards: 'deleted words leave the pages of the index',
    find: 'if (deletesAtOnce(db, index)) continue',
    replace: 'continue',
  },
  {
    ...erasing,
    file: 'electron/history/erase/erase-traces.ts',
    guards: 'the log is emptied of what was erased',
    find: 'if (!emptyLog(db)) return BUSY_MS',
    replace: '',
  },
  {
    guards: 'what is being erased is not found',
    file: 'electron/history/index/find-messages.ts',
    find: '  WHERE m.seq = :seq AND c.hidden IS NULL',
    replace: '  WHERE m.seq = :seq',
    tests: ['electron/history/index/find-messages.test.ts'],
  },
  {
    guards: 'what is being erased is in no list',
    file: 'electron/history/list-conversations.ts',
    find: 'WHERE c.trashed_seq IS NULL AND c.hidden IS NULL AND (',
    replace: 'WHERE c.trashed_seq IS NULL AND (',
    tests: ['electron/history/erase/erase.test.ts'],
  },

  {
    guards: 'a person before bulk work',
    file: 'electron/history/serve-calls.ts',
    find: 'interactive.shift() ?? bulk.shift()',
    replace: 'bulk.shift() ?? interactive.shift()',
    tests: ['electron/history/serve-calls.test.ts'],
  },
  {
    guards: 'new calls between any two',
    file: 'electron/history/serve-calls.ts',
    find: 'for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) accept(next.message)',
    replace: '',
    tests: ['electron/history/serve-calls.test.ts'],
  },
  {
    guards: 'a message is stored before its request leaves',
    file: 'electron/replies/replies.ts',
    find: 'const { replyId } = await history.beginReply({',
    replace: 'const replyId = uuidv7()\n    void history.beginReply({',
    tests: ['electron/replies/replies.test.ts'],
    name: 'only after the message',
  },
  {
    guards: 'streamed text is written by itself',
    file: 'electron/replies/chunk-writer.ts',
    find: 'const WRITE_AFTER_MS = 200',
    replace: 'const WRITE_AFTER_MS = 200_000',
    tests: ['electron/replies/chunk-writer.test.ts'],
  },
  {
    guards: 'no text with a hole',
    file: 'electron/replies/chunk-writer.ts',
    find: 'join(messageId, text, reasoning)\n      onFailure',
    replace: 'join(messageId, text, reasoning)\n      waiting = later\n      onFailure',
    tests: ['electron/replies/chunk-writer.test.ts'],
  },
  {
    guards: 'the walk from message to message',
    file: 'electron/history/branches.ts',
    find: '    CROSS JOIN messages AS m NOT INDEXED ON m.seq = b.parent_seq',
    replace: '    JOIN messages AS m ON m.seq = b.parent_seq',
    tests: ['electron/history/query-plans.test.ts'],
    name: 'which table comes first',
  },
]
