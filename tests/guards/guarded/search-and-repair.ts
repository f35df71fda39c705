import type { Guard } from '../run-without-guard.ts'

const history = 'electron/history'
const searching = { file: `${history}/index/find-messages.ts`, tests: [`${history}/index/find-messages.test.ts`] }
const asking = { file: `${history}/index/query-text.ts`, tests: [`${history}/index/find-messages.test.ts`] }
const erasing = { file: `${history}/erase/erase-some.ts`, tests: [`${history}/erase/erase.test.ts`] }
const changing = { file: `${history}/change-key/change-key.ts`, tests: [`${history}/change-key/change-key.test.ts`] }
const replacing = {
  file: `${history}/salvage/replace-history.ts`,
  tests: [`${history}/salvage/replace-history.test.ts`],
}
const header = { file: `${history}/salvage/kept-header.ts`, tests: [`${history}/salvage/kept-header.test.ts`] }
const failing = ['tests/failing-disk/failing-disk.test.ts']

/** What is found, what is gone, and what is put right. */
export const searchAndRepairGuards: readonly Guard[] = [
  { ...asking, guards: 'a quotation in a query is closed', find: `.replaceAll('"', '""')`, replace: '' },
  { ...asking, guards: 'a query with a zero character', find: ".replaceAll('\\0', ' ')", replace: '' },
  { ...searching, guards: 'the trash is not searched', find: ' || (stored.inTrash && !withTrash)', replace: '' },
  { ...searching, guards: 'a subtree that is being erased is not found', find: 'stored.isErasing || ', replace: '' },
  {
    guards: 'the way back of a cancelled search',
    file: 'electron/search/search-worker.ts',
    find: 'findMessages(db, args, { keepGoing })',
    replace: 'findMessages(db, args)',
    tests: ['electron/search/search.test.ts'],
  },
  {
    ...erasing,
    guards: 'a place that became free counts as not indexed',
    find: '    forgetDeleted(db)\n',
    replace: '',
  },
  {
    ...erasing,
    guards: 'a shared attachment stays',
    find: ' AND NOT EXISTS (SELECT 1 FROM message_attachments WHERE sha256 = :sha256)',
    replace: '',
  },
  {
    guards: 'a log that another reads is tried again',
    file: `${history}/erase/erase-traces.ts`,
    find: 'return result?.busy === 0',
    replace: 'return result !== null',
    tests: [`${history}/erase/erase.test.ts`],
  },
  {
    guards: 'a damaged index is made anew',
    file: `${history}/idle-work.ts`,
    find: '    reserve.run(undefined, () => rebuildIndex(db))\n',
    replace: '',
    tests: [`${history}/index/rebuild-index.test.ts`],
  },
  {
    guards: 'idle work is not starved',
    file: `${history}/serve-calls.ts`,
    find: 'Math.max(0, Math.min(QUIET_MS, PATIENCE_MS - waited))',
    replace: 'QUIET_MS + 0 * PATIENCE_MS * waited',
    tests: [`${history}/serve-calls.test.ts`],
  },
  { ...changing, guards: 'the next key is stored first', find: '    await args.keepNext()\n', replace: '' },
  { ...changing, guards: 'nobody writes during a key change', find: "db.exec('BEGIN IMMEDIATE')", replace: 'void db' },
  { ...replacing, guards: 'the damaged history keeps a name', find: '  keep(file, kept)\n', replace: '' },
  {
    ...replacing,
    guards: 'a salvaged file is on the disk before it counts',
    find: '  syncFile(salvaged)\n',
    replace: '',
  },
  { ...header, guards: 'a damaged header is told', find: 'pages.usedKeptHeader || !pages.read(1)', replace: 'false' },
  { ...header, guards: 'a cut-off exchange is ended first', find: '  finishReplacing({ file })\n', replace: '' },
  {
    guards: 'a log is counted before the history is opened',
    file: `${history}/open-keeping-log.ts`,
    find: 'if (frames === 0) return openDatabase(options)',
    replace: 'if (frames >= 0) return openDatabase(options)',
    tests: failing,
  },
  {
    guards: 'a backup lock before the backup',
    file: `${history}/migrate.ts`,
    find: 'run.immediate()',
    replace: 'run.deferred()',
    tests: [`${history}/migrate.test.ts`],
  },
  {
    guards: 'one transaction for each migration',
    file: `${history}/migrate.ts`,
    find: 'db.transaction(() => {',
    replace: '((work: () => boolean) => ({ immediate: work }))(() => {',
    tests: [`${history}/migrate.test.ts`],
  },
  {
    guards: 'the list is in the order of what happened',
    file: `${history}/list-conversations.ts`,
    find: 'ORDER BY c.trashed_seq DESC',
    replace: 'ORDER BY c.trashed_at DESC',
    tests: ['tests/durability/clock.test.ts'],
  },
  {
    guards: 'a prompt stops where it is full',
    file: `${history}/read-prompt.ts`,
    find: 'if (hasQuestion && tokens > args.budgetTokens) break',
    replace: '',
    tests: [`${history}/read-prompt.test.ts`],
  },
  {
    guards: 'an unclean end is followed by a check',
    file: 'electron/salvage/check-in-background.ts',
    find: '!args.endedUncleanly &&',
    replace: '',
    tests: ['electron/salvage/check-in-background.test.ts'],
  },
]
