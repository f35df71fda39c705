/** A process of its own that changes the key of a history, and kills itself at the given step. */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { changeKey } from '../change-key/change-key.ts'
import { readKeys, writeKeys } from './two-keys.ts'

const [file = '', keysFile = '', newKeyFile = '', stopAt = ''] = process.argv.slice(2)
const newKey = readFileSync(newKeyFile)
const { history } = readKeys(keysFile)
await changeKey({
  file,
  key: history,
  newKey,
  keepNext: async () => writeKeys(keysFile, { history, next: newKey }),
  promote: async () => writeKeys(keysFile, { history: newKey }),
  drop: async () => writeKeys(keysFile, { history }),
  onStep: (step) => {
    if (step === stopAt) process.kill(process.pid, 'SIGKILL')
  },
})
