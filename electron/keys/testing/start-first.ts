/** A first start in a process of its own: `start-first.ts <keys.json> <history.db> <when>` prints the key it opens with. */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyStore } from '../key-store.ts'
import { fakeKeyring } from './fake-keyring.ts'

const [file = '', historyFile = '', when = '0'] = process.argv.slice(2)
await sleep(Number(when) - Date.now())
// Slow enough that each finds no key before any has stored one.
const keyring = fakeKeyring('a')
const look = async () => {
  await sleep(300 + 100 * Math.random())
  return await keyring.look()
}
await createKeyStore(file, { ...keyring, look }).openWithStoredKey(historyFile, async (key) => {
  appendFileSync(historyFile, 'x')
  process.stdout.write(key.toString('hex'))
})
