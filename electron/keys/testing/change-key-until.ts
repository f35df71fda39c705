/** Changes the key of a history with the real key store, in a process that kills itself before the step it is given. */
import { randomBytes } from 'node:crypto'
import { changeKey } from '../../history/change-key/change-key.ts'
import { createKeyStore } from '../key-store.ts'
import { fakeKeyring } from './fake-keyring.ts'

const [keyFile = '', file = '', last = ''] = process.argv.slice(2)
const keys = createKeyStore(keyFile, fakeKeyring('a'))
const { key } = await keys.getHistoryKey(file)
const newKey = randomBytes(32)
await changeKey({
  file,
  key,
  newKey,
  keepNext: () => keys.keepNextHistoryKey(newKey),
  promote: () => keys.promoteNextHistoryKey(),
  drop: () => keys.dropNextHistoryKey(),
  onStep: (step) => {
    if (step === last) process.kill(process.pid, 'SIGKILL')
  },
})
