// F1: what a durable message costs, against the least that any store must do: write one page and wait for the disk.
import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Sqlite from 'better-sqlite3'
import { v7 as uuid } from 'uuid'
import { type History, openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { ending, sending, TEXT } from './measuring/messages.ts'
import { quantile, ratio, takeTurns, type Way } from './measuring/take-turns.ts'

const TURNS = { rounds: 5, perRound: 100 }
const WARM_UP = { rounds: 2, perRound: 60 }
const PAGE_BYTES = 4096

function inMemory(): Way {
  const messages: object[] = []
  const run = () => void messages.push({ id: uuid(), text: TEXT, now: Date.now() })
  return { name: 'array push, in memory', run }
}

/** The file grows with each page, as that of a store that appends does. */
function rawPage(folder: string): Way & { close(): void } {
  const file = openSync(join(folder, 'raw'), 'w')
  const page = randomBytes(PAGE_BYTES)
  let position = 0
  const run = () => {
    writeSync(file, page, 0, PAGE_BYTES, position)
    fdatasyncSync(file)
    position += PAGE_BYTES
  }
  return { name: 'pwrite 4 KiB + fdatasync (floor)', run, close: () => closeSync(file) }
}

/** Over a page that is there: the file system has nothing to note. SQLite does so once its log is as long as it gets. */
function rawPageAgain(folder: string): Way & { close(): void } {
  const file = openSync(join(folder, 'again'), 'w')
  const page = randomBytes(PAGE_BYTES)
  const run = () => {
    writeSync(file, page, 0, PAGE_BYTES, 0)
    fdatasyncSync(file)
  }
  return { name: 'the same over a page that is there', run, close: () => closeSync(file) }
}

/** What a developer writes who takes better-sqlite3 as it comes: two tables, one transaction for a message. */
function plainSqlite(folder: string, name: string, synchronous: 'FULL' | undefined): Way & { close(): void } {
  const db = new Sqlite(join(folder, `${synchronous ?? 'default'}.db`))
  db.pragma('journal_mode = WAL')
  if (synchronous) db.pragma(`synchronous = ${synchronous}`)
  db.exec(`
    CREATE TABLE conversations (id INTEGER PRIMARY KEY, updated_at INTEGER);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation INTEGER, role TEXT, text TEXT, created_at INTEGER);
    CREATE INDEX messages_by_conversation ON messages (conversation, id);
    INSERT INTO conversations VALUES (1, 0)`)
  const insert = db.prepare("INSERT INTO messages (conversation, role, text, created_at) VALUES (1, 'user', ?, ?)")
  const touch = db.prepare('UPDATE conversations SET updated_at = ? WHERE id = 1')
  const run = db.transaction(() => {
    insert.run(TEXT, Date.now())
    touch.run(Date.now())
  })
  return { name, run, close: () => db.close() }
}

const newConversation = (history: History) =>
  history.createConversation({ systemPrompt: '', endpointId: null, model: null, now: Date.now() })

/** The parts of an exchange in one conversation; each ends what the others began. */
async function exchanges(history: History): Promise<Way[]> {
  const { id: conversationId } = await newConversation(history)
  let replyId: string | undefined
  const begin = async () => {
    replyId ??= (await history.beginReply({ ...sending(), conversationId })).replyId
    return replyId
  }
  const end = async () => {
    if (replyId !== undefined) await history.finishReply(ending(replyId))
    replyId = undefined
  }
  const append = async () => history.appendChunks({ chunks: [{ messageId: await begin(), text: TEXT, reasoning: '' }] })
  return [
    { name: 'ours: question and reply begun (beginReply) *', before: end, run: begin },
    { name: 'ours: text of a reply (appendChunks)', before: begin, run: append },
    { name: 'ours: reply ended (finishReply)', before: begin, run: end },
    { name: 'ours: a call that writes nothing', run: () => history.getDraft({ conversationId }) },
  ]
}

/** The first message of a conversation, which moves to the top of the list with it. */
function firstMessage(history: History): Way {
  let conversationId = ''
  return {
    name: 'ours: the same, first in a conversation *',
    async before() {
      conversationId = (await newConversation(history)).id
      // One that has a name is not used again for the next.
      await history.renameConversation({ conversationId, title: 'A conversation', source: 'user' })
    },
    run: () => history.beginReply({ ...sending(), conversationId }),
  }
}

await inBenchFolder(async (folder) => {
  const bundle = await bundleForNode({ worker: 'worker.ts' })
  const workerUrl = pathToFileURL(join(bundle, 'worker.mjs'))
  const history = await openHistory({ file: join(folder, 'history.db'), key: randomBytes(32), workerUrl })
  const raw = rawPage(folder)
  const again = rawPageAgain(folder)
  const full = plainSqlite(folder, 'better-sqlite3, synchronous FULL', 'FULL')
  const unsafe = plainSqlite(folder, 'better-sqlite3 as it comes (may forget)', undefined)
  try {
    const ways = [inMemory(), raw, again, full, unsafe, ...(await exchanges(history)), firstMessage(history)]
    // The log is written over once it is as long as it gets, which is cheaper than writing on at its end.
    await takeTurns(ways, WARM_UP)
    const measured = await takeTurns(ways, TURNS)
    const floor = measured[1]
    console.table(
      measured.map((way) => ({
        way: way.name,
        'p50 ms': quantile(way.rounds.flat(), 0.5).toFixed(4),
        'p95 ms': quantile(way.rounds.flat(), 0.95).toFixed(3),
        'x floor': ratio(way, floor).toFixed(2),
        'CPU us': way.cpuUs,
        'KiB written': way.writtenKib.toFixed(1),
      })),
    )
    console.log(
      '* two messages, the record of the request and the place in the list in one commit, to a worker and back',
    )
  } finally {
    for (const { close } of [raw, again, full, unsafe]) close()
    await history.close()
    rmSync(bundle, { recursive: true, force: true })
  }
})
