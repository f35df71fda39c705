import type { Guard } from '../run-without-guard.ts'

const staging = { file: 'electron/history/import/staged.ts', tests: ['electron/transfer/import-staged.test.ts'] }
const registering = { file: 'electron/ipc/register.ts', tests: ['electron/ipc/register.test.ts'] }
const exporting = { file: 'electron/transfer/write-file.ts', tests: ['electron/transfer/write-file.test.ts'] }
const linking = { file: 'electron/window/check-link.ts', tests: ['electron/window/check-link.test.ts'] }
const commanding = {
  file: 'electron/headless/parse-command.ts',
  tests: ['electron/headless/parse-command.test.ts'],
}

/** What comes in and goes out, and what the window may ask for. */
export const transferAndWindowGuards: readonly Guard[] = [
  {
    guards: 'a batch comes whole or not at all',
    file: 'electron/history/import/conversations.ts',
    find: 'const done = transact(db, () => {',
    replace:
      'const done = ((_db: Database, work: () => { outcomes: ImportOutcome[]; place: ImportPlace }) => work())(db, () => {',
    tests: ['electron/history/import/conversations.test.ts'],
  },
  {
    ...staging,
    guards: 'the row that keeps places free is not in the index',
    find: '    noteUnindexed(db, { firstSeq: places.seq, lastSeq: places.seq })\n',
    replace: '',
  },
  {
    ...staging,
    guards: 'a long conversation is hidden until it is whole',
    find: "hidden: 'importing' })",
    replace: 'hidden: null })',
  },
  { ...staging, guards: 'its places are kept free', find: '    statement(db, keepPlaces).run(', replace: '    void (' },
  {
    ...staging,
    guards: 'it is not shown while a message is missing',
    find: 'if (comingOn(db).get(conversationSeq) !== there || !',
    replace: 'if (!',
  },
  {
    ...staging,
    guards: 'it is not erased while it is coming in',
    find: '.filter(({ seq }) => !coming.get(db)?.has(seq))',
    replace: '',
  },
  {
    ...staging,
    guards: 'what a crash left is taken away',
    find: 'for (const { seq } of unfinished) hideForErasing(db, { conversationSeq: seq })',
    replace: '',
  },
  {
    ...staging,
    guards: 'the index notes that a place is free again',
    find: '  setIndexed(db, { firstSeq: seq, lastSeq: seq })\n  forgetDeleted(db)\n',
    replace: '',
  },
  {
    ...exporting,
    guards: 'an export is for its owner only',
    find: 'constants.O_EXCL, 0o600)',
    replace: 'constants.O_EXCL, 0o644)',
  },
  {
    ...exporting,
    guards: 'a failed export leaves nothing',
    find: '    await rm(temporary, { force: true }).catch(ignoreSecondFailure)\n',
    replace: '',
  },
  {
    guards: 'no export into the folder of the history',
    file: 'electron/transfer/export-file.ts',
    find: '  await refuseHistoryFolder(history.file, path)\n',
    replace: '',
    tests: ['electron/transfer/bulk.test.ts'],
    name: 'the history in the way',
  },
  {
    guards: 'no import without the window while Alcove is open',
    file: 'electron/headless/commands.ts',
    find: '  if (!place.takeLock()) throw openElsewhere()\n',
    replace: '',
    tests: ['electron/headless/commands.test.ts'],
    name: 'changes nothing while',
  },
  {
    guards: 'no migration without the window while Alcove is open',
    file: 'electron/headless/open-reader.ts',
    find: 'if (history.file === historyFile(place) && !place.takeLock()) throw openElsewhere()',
    replace: '',
    tests: ['electron/headless/commands.test.ts'],
    name: 'earlier version',
  },
  {
    ...commanding,
    guards: 'a mistyped option is not ignored',
    find: 'if (started && !CHROMIUM_SWITCHES.has(name)) return',
    replace: 'if (started && name === undefined) return',
  },

  {
    ...registering,
    guards: 'the sender of a call',
    find: "    try {\n      if (!isTrusted(event)) throw refused('This page may not talk to Alcove.')",
    replace: '    try {',
  },
  {
    ...registering,
    guards: 'the sender of a stream',
    find: "() => {\n      if (!isTrusted(event)) throw refused('This page may not talk to Alcove.')",
    replace: '() => {',
  },
  {
    ...registering,
    guards: 'the names of calls',
    find: "typeof name !== 'string' || !Object.hasOwn(table, name)",
    replace: "typeof name !== 'string' || !(name in table)",
  },
  {
    ...registering,
    guards: 'the shape of calls',
    find: '  if (!parsed.success)\n    throw',
    replace: '  if (parsed === undefined)\n    throw',
  },
  {
    guards: 'no text of an exception to the window',
    file: 'shared/errors.ts',
    find: 'if (!(error instanceof AppError)) return UNEXPECTED',
    replace: 'if (!(error instanceof AppError)) return { ...UNEXPECTED, message: String(error) }',
    tests: ['electron/ipc/register.test.ts'],
  },
  {
    ...linking,
    guards: 'the schemes of links',
    find: "(url.protocol !== 'http:' && url.protocol !== 'https:') || ",
    replace: '',
  },
  {
    ...linking,
    guards: 'no name in front of a host',
    find: "if (url.username !== '' || url.password !== '') return undefined",
    replace: '',
  },
  {
    guards: 'no file outside the folder of the window',
    file: 'electron/window/app-protocol.ts',
    find: 'function resolveInside(folder: string, pathname: string): string | undefined {\n',
    replace:
      'function resolveInside(folder: string, pathname: string): string | undefined {\n  if (pathname) return path.join(folder, decodeURIComponent(pathname))\n',
    tests: ['electron/window/app-protocol.test.ts'],
  },
]
