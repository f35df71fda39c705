import type { Guard } from '../run-without-guard.ts'

const opening = { file: 'electron/history/database.ts', tests: ['electron/history/database.test.ts'] }
const promises = { ...opening, name: 'sets what its promises rest on' }
const migrating = { file: 'electron/history/migrate.ts', tests: ['electron/history/migrate.test.ts'] }
const backingUp = { file: 'electron/history/backup/sealed-copy.ts', tests: ['electron/history/backup/back-up.test.ts'] }
const placing = {
  file: 'electron/history/backup/durable-files.ts',
  tests: ['electron/history/backup/durable-files.test.ts'],
}
const FROZEN = 'electron/history/migrations/0001-conversations-and-messages.sql'

/** The file of the history: how it is opened, changed and backed up. */
export const historyFileGuards: readonly Guard[] = [
  { ...promises, guards: 'synchronous=FULL', find: "set(db, 'synchronous', 'FULL', 2)", replace: '' },
  {
    ...promises,
    guards: 'secure_delete',
    find: "set(db, 'secure_delete', 'ON', 1)",
    replace: "db.pragma('secure_delete = OFF')",
  },
  {
    ...promises,
    guards: 'foreign_keys',
    find: "set(db, 'foreign_keys', 'ON', 1)",
    replace: "db.pragma('foreign_keys = OFF')",
  },
  { ...promises, guards: 'trusted_schema', find: "set(db, 'trusted_schema', 'OFF', 0)", replace: '' },
  { ...promises, guards: 'auto_vacuum', find: "set(db, 'auto_vacuum', 'INCREMENTAL', 2)", replace: '' },
  {
    ...opening,
    guards: 'sorting in memory',
    find: "  set(db, 'temp_store', 'MEMORY', 2)\n  set(db, 'mmap_size'",
    replace: "  set(db, 'mmap_size'",
    name: 'opens no file',
  },
  { ...opening, guards: 'pages that other programs can read', find: "db.pragma('legacy = 4')", replace: '' },
  {
    ...opening,
    guards: 'reading settings back',
    find: 'if (actual === expected || ',
    replace: 'if (true || ',
    tests: ['electron/history/read-back.test.ts'],
  },
  {
    ...opening,
    guards: 'read-only connections',
    find: 'readonly: options.readonly ?? false,',
    replace: 'readonly: false,',
    name: 'refuses every write',
  },

  {
    guards: 'the freeze of released migrations',
    file: FROZEN,
    find: 'CREATE TABLE folders (',
    replace: 'CREATE TABLE folders  (',
    tests: ['electron/history/migrate.test.ts'],
  },
  {
    ...migrating,
    guards: 'the refusal of a newer history',
    find: 'if (version <= migrations.length) return',
    replace: 'return',
  },
  {
    ...migrating,
    guards: 'rows that a migration loses',
    find: 'if (lost.length > 0) throw',
    replace: 'if (lost.length > 1_000) throw',
  },
  {
    guards: 'the backup before a migration',
    file: 'electron/history/open-history-file.ts',
    find: '    if (!isCopy) backUp()\n',
    replace: '',
    tests: ['electron/history/open-history-file.test.ts'],
  },
  {
    ...backingUp,
    guards: 'a backup that is read back',
    find: 'if (!isSound({ ...report, foreignKeys: 0 })) throw',
    replace: 'if (report.integrity === undefined) throw',
  },
  {
    ...backingUp,
    guards: 'a backup that equals its source',
    find: 'if (!isEqual(hashes, hashContent(source))) return undefined',
    replace: '',
  },
  {
    ...placing,
    guards: 'files for their owner only',
    find: "'wx', 0o600",
    replace: "'wx', 0o644",
    tests: ['electron/history/backup/back-up.test.ts'],
    name: 'for its owner alone',
  },
  {
    ...placing,
    guards: 'never over another file',
    find: 'linkSync(temporary, file)\n    rmSync(temporary)',
    replace: 'renameSync(temporary, file)',
  },
  {
    guards: 'a newer history is refused before anything opens it',
    file: 'electron/history/open-history-file.ts',
    find: 'existsSync(options.file) && refuseNewerUnopened(options, migrations)',
    replace: 'refuseNewerUnopened === undefined',
    tests: ['electron/history/migrate.test.ts'],
  },
  {
    guards: 'the backup just made stays, whatever the clock says',
    file: 'electron/history/backup/back-up-before-migration.ts',
    find: 'NAME.test(name) && name !== justMade',
    replace: 'NAME.test(name)',
    tests: ['electron/history/backup/back-up-before-migration.test.ts'],
  },
  {
    guards: 'no key change while another has the history open',
    file: 'electron/history/change-key/change-key.ts',
    find: '    keepToOneself(db)\n',
    replace: '',
    tests: ['electron/history/change-key/change-key.test.ts'],
    name: 'nobody else write|something else has',
  },
  {
    guards: 'damage in any table',
    file: 'electron/history/backup/verify.ts',
    find: "return integrity === 'ok' && foreignKeys === 0 && ",
    replace: 'return foreignKeys !== undefined && ',
    tests: ['electron/history/backup/verify.test.ts'],
  },
]
