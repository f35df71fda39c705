/**
 * A first start in a process of its own: `start-first.ts <keys.json> <history.db>` says that it is ready, waits for a word,
 * and prints the key that it opens with.
 */
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyStore } from '../key-store.ts'
import { fakeKeyring } from './fake-keyring.ts'

const [file = '', historyFile = ''] = process.argv.slice(2)
const keyring = fakeKeyring('a')
// Slow enough that each finds no key before any has stored one.
const look = async () => {
  await sleep(300 + 100 * Math.random())
  return await keyring.look()
}
process.stdout.write('ready ')
await once(process.stdin, 'data')
process.stdin.destroy()
await createKeyStore(file, { ...keyring, look }).openWithStoredKey(historyFile, async (key) => {
  appendFileSync(historyFile, 'x')
  process.stdout.write(key.toString('hex'))
})
