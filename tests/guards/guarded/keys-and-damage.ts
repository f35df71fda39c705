import type { Guard } from '../run-without-guard.ts'

const keeping = { file: 'electron/keys/kept-keys.ts', tests: ['electron/keys/key-store.test.ts'] }
const coding = {
  file: 'electron/keys/recovery/recovery-code.ts',
  tests: ['electron/keys/recovery/recovery-code.test.ts'],
}
const salvaging = { file: 'electron/history/salvage/salvage.ts', tests: ['electron/history/salvage/salvage.test.ts'] }
const reserving = { file: 'electron/history/ballast.ts', tests: ['electron/history/ballast.test.ts'] }
const logging = { file: 'electron/log.ts', tests: ['electron/log.test.ts'] }

/** Keys, damage, full disks and the log. */
export const keyAndDamageGuards: readonly Guard[] = [
  {
    ...keeping,
    guards: 'no second key beside a history',
    find: '      throw missingKey()\n',
    replace: '',
    name: 'missing|gone|again|never',
  },
  { ...keeping, guards: 'reading a kept key back', find: 'if (await isKept(role, key)) return', replace: 'return' },
  {
    guards: 'one key however many first starts there are',
    file: 'electron/keys/key-file.ts',
    find: "if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false",
    replace: '',
    tests: ['electron/keys/first-start.test.ts'],
  },
  {
    ...coding,
    guards: 'the checksum of a recovery code',
    find: 'const decoded = bech32m.decodeUnsafe(',
    replace: `const letters = (text: string) => Array.from(text.slice(PREFIX.length + 1, -6))
  const decoded = ((text: string) => ({ words: letters(text).map((letter) => ALPHABET.indexOf(letter)) }))(`,
    name: 'any one character|neighbours',
  },

  {
    guards: 'the check of each page',
    file: 'electron/history/salvage/pages/page-cipher.ts',
    find: 'return timingSafeEqual(mac, page.subarray(PAGE_BYTES - MAC_BYTES))',
    replace: 'return mac.length > 0',
    tests: ['electron/history/salvage/salvage.test.ts'],
  },
  {
    guards: 'the damaged original is kept',
    file: 'electron/history/salvage/replace-history.ts',
    find: '  keep(file, kept)\n',
    replace: '',
    tests: ['electron/history/salvage/salvage.test.ts'],
  },
  {
    ...salvaging,
    guards: 'only whole headers are kept',
    file: 'electron/history/salvage/kept-header.ts',
    find: '  if (!isWhole) return undefined\n',
    replace: '',
    tests: ['electron/history/salvage/kept-header.test.ts'],
  },

  {
    ...reserving,
    guards: 'the ballast for deleting',
    find: 'if (!relief || !isFull(error) || !freeBallast(folder)) throw error',
    replace: 'throw error',
  },
  {
    ...reserving,
    guards: 'the ballast is for its owner only',
    find: 'NAME), flags, 0o600)',
    replace: 'NAME), flags, 0o644)',
  },
  {
    ...logging,
    guards: 'no message of an error in the log',
    find: ', ...framesOf(error).slice(0, FRAMES)]',
    replace: ', error.message, ...framesOf(error).slice(0, FRAMES)]',
  },
  { ...logging, guards: 'only real frames in the log', find: '.filter((line) => FRAME.test(line))', replace: '' },
  {
    ...logging,
    guards: 'the log is for its owner only',
    find: 'chmodSync(agedName(file, age), 0o600)',
    replace: 'chmodSync(agedName(file, age), 0o644)',
  },
  {
    guards: 'a copy for reading is for its owner only',
    file: 'electron/history/read-only-copy.ts',
    find: 'chmodSync(to, 0o600)',
    replace: 'chmodSync(to, 0o644)',
    tests: ['electron/history/read-only-copy.test.ts'],
  },
  {
    guards: 'only files are copied for reading',
    file: 'electron/history/read-only-copy.ts',
    find: 'if (!stats.isFile()) throw',
    replace: 'if (stats.size < 0n) throw',
    tests: ['electron/history/read-only-copy.test.ts'],
  },
]
