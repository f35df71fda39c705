import type { Guard } from '../run-without-guard.ts'

const store = ['electron/keys/key-store.test.ts']
const file = { file: 'electron/keys/key-file.ts', tests: store }
const kept = { file: 'electron/keys/kept-keys.ts', tests: store }
const history = { file: 'electron/keys/history-keys.ts', tests: store }
const box = { file: 'electron/keys/secret-box.ts', tests: store }
const patient = { file: 'electron/keys/patient-keyring.ts', tests: store }
const system = { file: 'electron/keys/system-keyring.ts', tests: ['electron/keys/system-keyring.test.ts'] }
const changing = { ...history, tests: ['electron/keys/change-history-key.test.ts'] }
const first = ['electron/keys/first-start.test.ts']
const codeTest = ['electron/keys/recovery/use-recovery-code.test.ts']
const code = { file: 'electron/keys/recovery/use-recovery-code.ts', tests: codeTest }
const boxes = { file: 'electron/keys/recovery/recovery-dialogs.ts', tests: codeTest }
const holder = { file: 'electron/lifecycle/open-history.ts', tests: ['electron/lifecycle/open-history.test.ts'] }

const storing: readonly Guard[] = [
  {
    guards: 'the first key is put in place exclusively',
    file: 'electron/keys/key-file.ts',
    tests: first,
    find: 'await link(draft, file)',
    replace: 'await rename(draft, file)',
  },
  {
    guards: 'a first start never overwrites the key of another',
    file: 'electron/keys/kept-keys.ts',
    tests: first,
    find: '(keys.history ? keys : { ...keys, history: secret })',
    replace: '({ ...keys, history: secret })',
  },
  {
    ...kept,
    guards: 'the first key is read back from what stands in the file',
    find: "if (readKeyFile(file).history?.value !== secret.value || (await isKept('history', key))) return",
    replace: 'return',
  },
  {
    ...kept,
    guards: 'an answer of the keyring that is no key',
    find: "if (key.length === 32 && key.toString('base64') === text) return key",
    replace: "if (text !== '') return key",
  },
  { ...kept, guards: 'what was stored stays beside', find: '.slice(0, FORMER_KEPT)', replace: '.slice(0, 0)' },
  {
    ...kept,
    guards: 'beside a wrapped key none is written down',
    find: "isProtected && stored.protection === 'file' ?",
    replace: 'stored.backend === undefined ?',
  },
  {
    ...file,
    guards: 'a damaged key file is not replaced',
    find: 'throw newer()\n    throw damaged(error)',
    replace: 'throw newer()\n    return EMPTY',
  },
  {
    ...file,
    guards: 'a key file of a newer version',
    find: "if (typeof version === 'number' && version > VERSION) throw newer()",
    replace: '',
  },
  {
    ...file,
    guards: 'what a newer version keeps in the key file',
    find: 'const KeyFile = z.looseObject(',
    replace: 'const KeyFile = z.object(',
  },
  {
    ...file,
    guards: 'the first key file is private',
    find: "open(draft, 'wx', 0o600)",
    replace: "open(draft, 'wx', 0o644)",
  },
  { ...file, guards: 'a changed key file is private', find: '{ mode: 0o600, timeout', replace: '{ timeout' },
  { ...file, guards: 'a full disk under the key file', find: "    case 'ENOSPC':\n", replace: '' },
  { ...file, guards: 'a read-only folder under the key file', find: "    case 'EROFS':\n", replace: '' },
]

const asking: readonly Guard[] = [
  {
    ...box,
    guards: 'a wrapped secret is read back at once',
    find: '(await readBack(keyring, wrapped)) !== secret',
    replace: 'wrapped.length === 0',
  },
  {
    ...box,
    guards: 'basic_text is no keyring',
    find: 'if (!available || isNoKeyring(backend)) return inFile(secret)',
    replace: 'if (!available) return inFile(secret)',
  },
  {
    ...box,
    guards: 'a keyring that answers wrongly is told from a locked one',
    find: "backend === stored.backend ? 'keyring-wrong' : 'keyring-changed'",
    replace: "'keyring-locked'",
  },
  {
    ...system,
    guards: 'a fixed password is no keyring',
    find: 'if (isFixedPassword(wrapped)) throw',
    replace: 'if (wrapped.length === 0) throw',
  },
  {
    ...system,
    guards: 'the window is drawn before a keyring may block',
    find: 'async look() {\n      if (!isAsync()) await beforeBlocking()',
    replace: 'async look() {',
  },
  { ...patient, guards: 'a silent keyring is told of', find: 'throw silent()', replace: "throw new Error('silent')" },
  {
    ...patient,
    guards: 'a late answer opens the history',
    find: '      tellWhenAnswered(stored.value, answer)\n',
    replace: '',
  },
  {
    ...patient,
    guards: 'a late answer counts',
    find: 'asked.get(stored.value) ?? unwrapSecret(keyring, stored)',
    replace: 'unwrapSecret(keyring, stored)',
  },
  {
    ...history,
    guards: 'a silent keyring is waited for once',
    find: "isSilent ||= error.code === 'keyring-silent'",
    replace: 'isSilent ||= false',
  },
  {
    ...history,
    guards: 'no key is written down unasked',
    find: '&& !(await mayKeepInFile())',
    replace: '&& !(await mayKeepInFile().then(() => true))',
  },
  { ...history, guards: 'a reader settles nothing', find: 'if (!reads) await settle', replace: 'await settle' },
  {
    ...history,
    guards: 'a reader makes no key',
    find: 'if (!(reads || readKeyFile(file).history))',
    replace: 'if (!readKeyFile(file).history)',
  },
  {
    ...history,
    guards: 'the next key is tried where the former finds damage',
    find: "  'history-corrupt',\n",
    replace: '',
  },
  {
    ...changing,
    guards: 'the next key is tried after a change that was cut off',
    find: "      { stored: nextHistory, role: 'next' as const },\n",
    replace: '',
  },
  {
    ...changing,
    guards: 'a key change does not take the key out of the keyring',
    find: "if (secret.protection === 'file' && readKeyFile(file).history?.protection === 'keyring') throw notTaken()",
    replace: '',
  },
]

const recovering: readonly Guard[] = [
  {
    guards: 'a code of another program',
    file: 'electron/keys/recovery/recovery-code.ts',
    tests: ['electron/keys/recovery/recovery-code.test.ts'],
    find: "const PREFIX = 'alcove'",
    replace: "const PREFIX = 'bc'",
    name: 'the same for ever',
  },
  {
    ...code,
    guards: 'a code of another history is named',
    find: "cause.code !== 'history-key-wrong') throw cause",
    replace: "cause.code !== 'history-corrupt') throw cause",
  },
  { ...code, guards: 'one box at a time', find: '  if (isAsking) throw', replace: '  if (!work) throw' },
  {
    ...code,
    guards: 'no key change while a reply is written',
    find: 'if (replies.count() > 0) {',
    replace: 'if (replies.count() > 1) {',
  },
  {
    ...code,
    guards: 'no key change of what can only be read',
    find: 'if (history.opened.readOnly) {',
    replace: 'if (!history) {',
  },
  {
    ...boxes,
    guards: 'a saved recovery code is private',
    find: 'await chmod(path, 0o600).catch(() => undefined)',
    replace: '',
  },
  {
    ...boxes,
    guards: 'a copied recovery code is taken back',
    find: '=== code) clipboard.clear()',
    replace: "=== '') clipboard.clear()",
  },
  {
    ...holder,
    guards: 'a code that does not fit changes no page',
    find: "if (wire.code !== 'history-key-wrong') setFailed(wire)",
    replace: 'setFailed(wire)',
  },
  {
    ...holder,
    guards: 'a code makes no history',
    find: 'if (!existsSync(options.file)) throw noHistory()',
    replace: '',
  },
  {
    ...holder,
    guards: 'openings take turns',
    find: 'await (turn.over() ?? turn.take(openOnce))',
    replace: 'await turn.take(openOnce)',
  },
]

/** The key of the history: how it is stored, asked for, and got without the keyring. */
export const keyGuards: readonly Guard[] = [...storing, ...asking, ...recovering]
