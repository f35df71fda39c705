/**
 * A process of its own that uses the product's store as the app does, until it is killed or has done enough.
 * Arguments: the data folder, the file for acknowledgements, the scenario, the seed, how many rounds (0: no end).
 */
import { openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { type History, openHistory } from '../../../electron/history/history.ts'
import { createKeyStore } from '../../../electron/keys/key-store.ts'
import { noKeyring } from '../../../electron/keys/testing/fake-keyring.ts'
import { seededRandom } from '../../faults/crash-state.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import { type ScenarioName, scenarios } from './scenarios.ts'

const [folder = '', marks = '', scenario = '', seed = '', rounds = ''] = process.argv.slice(2)
const fd = openSync(marks, 'a')

/** Given to the kernel before this returns, so that it survives the kill. */
function say(acknowledgement: Acknowledgement): void {
  writeSync(fd, `${JSON.stringify(acknowledgement)}\n`)
}

say({ type: 'started' })
const file = path.join(folder, 'history.db')
const keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
const open = async () => {
  let opened: History | undefined
  await keys.openWithStoredKey(file, async (key) => {
    opened = await openHistory({ file, key, workerUrl: path.join(import.meta.dirname, 'history-worker.mjs') })
  })
  if (!opened) throw new Error('no key opened the history')
  await opened.interruptStreaming({ now: 0 })
  return opened
}
const history = await open()
say({ type: 'opened' })
const rest = { folder, outside: path.dirname(marks), rounds: Number(rounds) || Number.POSITIVE_INFINITY }
const random = seededRandom(Number(seed))
const last = await scenarios[scenario as ScenarioName]({ history, file, keys, open, say, random, ...rest })
await last.close()
