// F7, F8 and F9: words found in histories of 10,000, 100,000 and 1,000,000 messages, through the search worker and back.
// The baseline is the question to FTS5 alone, without text, title or snippet. Other sizes: ALCOVE_BENCH_SIZES.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Database, openDatabase } from '../electron/history/database.ts'
import type { FindMessagesArgs } from '../electron/history/index/find-messages.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { copyOfCachedHistory } from '../electron/history/testing/cached-history.ts'
import { type SearchWorker, startSearchWorker } from '../electron/search/search.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { type Measured, quantile, ratio, takeTurns, type Way } from './measuring/take-turns.ts'

const SIZES = (process.env.ALCOVE_BENCH_SIZES ?? '10000,100000,1000000').split(',').map(Number)
const TURNS = { rounds: 5, perRound: 20 }
const WARM_UP = { rounds: 1, perRound: 5 }
const PLAIN: Omit<FindMessagesArgs, 'query'> = {
  conversationId: null,
  withTrash: false,
  order: 'newest',
  words: 'all',
  limit: 20,
  cursor: null,
}
const ALONE = 'SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY rowid DESC LIMIT 20'

/** Where the index holds other words than the text: see `index-text.ts`. */
const AS_INDEXED: Record<string, string> = { 'two Han characters': '"京 都"' }

/** The words of the index by how many messages hold them, most first. */
function wordsOf(db: Database): Array<{ term: string; doc: number }> {
  db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'message_index', 'row')")
  const sql = "SELECT term, doc FROM temp.words WHERE term GLOB '[a-z][a-z][a-z][a-z]*' ORDER BY doc DESC"
  return db.prepare<[], { term: string; doc: number }>(sql).all()
}

/** What a person types, by kind. */
function questionsOf(db: Database): Record<string, string> {
  const words = wordsOf(db)
  const nearest = (share: number) => {
    const wanted = (words[0]?.doc ?? 0) * share
    return (words.find(({ doc }) => doc <= wanted) ?? words.at(-1))?.term ?? ''
  }
  const [common, medium, rare] = [nearest(1), nearest(0.02), nearest(0.0002)]
  const next = words[1]?.term ?? ''
  return {
    'a common word': common,
    'a less common one': medium,
    'a rare one': rare,
    'one that is not there': 'zzqxv',
    'its first two letters': common.slice(0, 2),
    'its first four letters': common.slice(0, 4),
    'three words': `${common} ${next} ${medium}`,
    'a phrase': `"${common} ${next}"`,
    'two Han characters': '京都',
  }
}

interface Sized {
  search: SearchWorker
  db: Database
  questions: Record<string, string>
}

function tableOf(rows: Array<{ what: string; bySize: Measured[]; alone: Measured[] }>): void {
  console.table(
    rows.map(({ what, bySize, alone }) => ({
      what,
      ...Object.fromEntries(
        bySize.map((measured, index) => {
          const all = measured.rounds.flat()
          return [
            `${SIZES[index]}: p50 / p95 ms`,
            `${quantile(all, 0.5).toFixed(2)} / ${quantile(all, 0.95).toFixed(2)}`,
          ]
        }),
      ),
      'x FTS5 alone': bySize.map((measured, index) => ratio(measured, alone[index]).toFixed(1)).join(' '),
    })),
  )
}

async function measure(sized: readonly Sized[]): Promise<void> {
  const rows = []
  const kinds = Object.keys(sized[0]?.questions ?? {})
  for (const what of [...kinds, 'a common word, by relevance']) {
    const kind = what.replace(', by relevance', '')
    const order = what === kind ? 'newest' : 'relevance'
    const found: Way[] = sized.map(({ search, questions }) => ({
      name: what,
      run: () => search.findMessages({ ...PLAIN, order, query: questions[kind] ?? '' }, new AbortController().signal),
    }))
    const alone: Way[] = sized.map(({ db, questions }) => {
      const match = what.includes('letters') ? `${questions[kind]}*` : (AS_INDEXED[kind] ?? questions[kind] ?? '')
      const statement = db.prepare(ALONE)
      return { name: what, run: () => statement.all(match) }
    })
    await takeTurns([...found, ...alone], WARM_UP)
    const measured = await takeTurns([...found, ...alone], TURNS)
    rows.push({ what, bySize: measured.slice(0, sized.length), alone: measured.slice(sized.length) })
  }
  tableOf(rows)
}

/** Of the pages of the index in all, and of the text of all messages, in MB. */
function sizeOf(messages: number, db: Database) {
  const pages = `
    SELECT sum(pgsize) FROM dbstat
    WHERE aggregate = TRUE AND (name GLOB 'message_index*' OR name GLOB 'message_stems*')`
  const index = db.prepare<[], number>(pages).pluck().get() ?? 0
  const text = db.prepare<[], number>('SELECT sum(octet_length(text)) FROM messages').pluck().get() ?? 0
  return {
    messages,
    'text MB': (text / 1e6).toFixed(1),
    'index MB': (index / 1e6).toFixed(1),
    share: (index / text).toFixed(3),
  }
}

await inBenchFolder(async (folder) => {
  const bundle = await bundleForNode({ search: '../search/search-worker.ts' })
  const workerUrl = pathToFileURL(join(bundle, 'search.mjs'))
  const sized: Sized[] = SIZES.map((messages) => {
    const own = join(folder, String(messages))
    mkdirSync(own)
    const { file, key } = copyOfCachedHistory(messages, own)
    const db = openDatabase({ file, key, readonly: true })
    return { db, search: startSearchWorker({ file, key, workerUrl }), questions: questionsOf(db) }
  })
  try {
    await measure(sized)
    console.log('\nThe index beside the text')
    console.table(SIZES.map((messages, index) => sizeOf(messages, sized[index]?.db as Database)))
  } finally {
    for (const { search, db } of sized) {
      await search.close()
      db.close()
    }
    rmSync(bundle, { recursive: true, force: true })
  }
})
