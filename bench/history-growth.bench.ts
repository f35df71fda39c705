// F2, F4, F14 and the growth rule: what a person does in a history of 10,000, 100,000 and 1,000,000 messages.
// Other sizes: ALCOVE_BENCH_SIZES (10000,100000,1000000).
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type History, openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { copyOfCachedHistory } from '../electron/history/testing/cached-history.ts'
import { pagesTouched } from '../electron/history/testing/what-grows.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { ending, sending } from './measuring/messages.ts'
import { type Measured, quantile, ratio, takeTurns, type Way } from './measuring/take-turns.ts'

const SIZES = (process.env.ALCOVE_BENCH_SIZES ?? '10000,100000,1000000').split(',').map(Number)
const TURNS = { rounds: 5, perRound: 60 }
const WARM_UP = { rounds: 1, perRound: 30 }

/** The same things done in one of the histories, by name. */
async function waysOf(history: History, conversationId: string): Promise<Record<string, Way>> {
  const { cursor } = await history.listConversations({ view: 'active', cursor: null, limit: 50 })
  let replyId: string | undefined
  const end = async () => {
    if (replyId !== undefined) await history.finishReply(ending(replyId))
    replyId = undefined
  }
  const begin = async () => {
    ;({ replyId } = await history.beginReply({ ...sending(), conversationId }))
  }
  const ways: Record<string, Omit<Way, 'name'>> = {
    'first page of the list (F4)': {
      run: () => history.listConversations({ view: 'active', cursor: null, limit: 50 }),
    },
    'second page of the list': { run: () => history.listConversations({ view: 'active', cursor, limit: 50 }) },
    'opening a conversation': { run: () => history.getConversation({ conversationId }) },
    'last 50 messages of the longest': { run: () => history.listBranch({ conversationId, beforeId: null, limit: 50 }) },
    'prompt of 8,192 tokens (F14)': {
      run: () => history.readPrompt({ conversationId, leafId: null, limit: 10_000, budgetTokens: 8_192 }),
    },
    'question and reply begun (F2)': { before: end, run: begin },
  }
  return Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, { ...way, name }]))
}

function report(name: string, bySize: Measured[]) {
  return {
    what: name,
    ...Object.fromEntries(
      bySize.flatMap((measured, index) => {
        const p95 = quantile(measured.rounds.flat(), 0.95).toFixed(2)
        return [[`${SIZES[index]}: p50 / p95 ms`, `${quantile(measured.rounds.flat(), 0.5).toFixed(2)} / ${p95}`]]
      }),
    ),
    'x smallest': bySize.map((measured) => ratio(measured, bySize[0]).toFixed(2)).join(' '),
    'CPU us': bySize.map(({ cpuUs }) => cpuUs).join(' '),
    'KiB written': bySize.map(({ writtenKib }) => writtenKib.toFixed(1)).join(' '),
  }
}

function tablePages(folder: string): void {
  const bySize = SIZES.map((messages) => {
    const own = join(folder, `pages-${messages}`)
    mkdirSync(own)
    const pages = pagesTouched(messages, own)
    rmSync(own, { recursive: true })
    return pages
  })
  console.log('\nPages touched with an empty cache, means')
  console.table(
    Object.keys(bySize[0] ?? {}).map((what) => ({
      what,
      ...Object.fromEntries(SIZES.map((size, index) => [size, bySize[index]?.[what]?.toFixed(1)])),
    })),
  )
}

await inBenchFolder(async (folder) => {
  const bundle = await bundleForNode({ worker: 'worker.ts' })
  const workerUrl = pathToFileURL(join(bundle, 'worker.mjs'))
  const histories: History[] = []
  try {
    const all: Record<string, Way>[] = []
    for (const messages of SIZES) {
      const own = join(folder, String(messages))
      mkdirSync(own)
      const { file, key, longId } = copyOfCachedHistory(messages, own)
      const history = await openHistory({ file, key, workerUrl })
      histories.push(history)
      all.push(await waysOf(history, longId))
    }
    const names = Object.keys(all[0] ?? {})
    const rows = []
    for (const name of names) {
      const ways = all.flatMap((ways) => ways[name] ?? [])
      await takeTurns(ways, WARM_UP)
      rows.push(report(name, await takeTurns(ways, TURNS)))
    }
    console.table(rows)
  } finally {
    for (const history of histories) await history.close()
    rmSync(bundle, { recursive: true, force: true })
  }
  tablePages(folder)
})
