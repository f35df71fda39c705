// F3: appending one message, with a history of 0, 12 and 120 MB, against the file stores a developer would otherwise pick.
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { copyOfCachedHistory } from '../electron/history/testing/cached-history.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { installFileStores } from './measuring/file-stores.ts'
import { ending, sending } from './measuring/messages.ts'
import { quantile, ratio, takeTurns, type Way } from './measuring/take-turns.ts'

const ROUNDS = 3
const SIZES = [
  { about: 'empty', sessions: 0, messages: 0, appends: 40 },
  { about: '12 MB', sessions: 100, messages: 20_000, appends: 10 },
  { about: '120 MB', sessions: 1_000, messages: 200_000, appends: 2 },
]

const stores = await installFileStores()
const bundle = await bundleForNode({ worker: 'worker.ts' })

async function ours(folder: string, messages: number): Promise<Way & { close(): Promise<void> }> {
  const made = messages > 0 ? copyOfCachedHistory(messages, folder) : undefined
  const { file, key } = made ?? { file: join(folder, 'history.db'), key: randomBytes(32) }
  const history = await openHistory({ file, key, workerUrl: pathToFileURL(join(bundle, 'worker.mjs')) })
  const { id: conversationId } = await history.createConversation({
    systemPrompt: '',
    endpointId: null,
    model: null,
    now: Date.now(),
  })
  let replyId = ''
  return {
    name: 'Alcove: encrypted, searchable, durable (two messages)',
    perRound: 40,
    async before() {
      if (replyId !== '') await history.finishReply(ending(replyId))
    },
    async run() {
      ;({ replyId } = await history.beginReply({ ...sending(), conversationId }))
    },
    close: () => history.close(),
  }
}

await inBenchFolder(async (parent) => {
  const rows: object[] = []
  for (const { about, sessions, messages, appends } of SIZES) {
    const folder = join(parent, about.replace(' ', '-'))
    mkdirSync(folder)
    const own = await ours(folder, messages)
    const ways: Way[] = [own]
    for (const { name, open } of stores) ways.push({ name, run: await open(folder, sessions), perRound: appends })
    const measured = await takeTurns(ways, { rounds: ROUNDS, perRound: appends })
    for (const way of measured) {
      rows.push({
        history: about,
        store: way.name,
        'p50 ms': quantile(way.rounds.flat(), 0.5).toFixed(2),
        'x Alcove': ratio(way, measured[0]).toFixed(1),
        'KiB written': way.writtenKib.toFixed(0),
      })
    }
    await own.close()
    rmSync(folder, { recursive: true })
  }
  console.table(rows)
}).finally(() => rmSync(bundle, { recursive: true, force: true }))
