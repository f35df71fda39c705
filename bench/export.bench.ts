// Exports a history and compares with `sqlite3 .mode json` reading a plain copy in the same run. Prints one table.
// Messages: ALCOVE_BENCH_MESSAGES (100,000).
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { v7 as uuid } from 'uuid'
import { type Database, openDatabase } from '../electron/history/database.ts'
import { listExportedIds } from '../electron/history/transfer-export.ts'
import { findFormat } from '../electron/transfer/formats.ts'
import { writeWholeFile } from '../electron/transfer/write-file.ts'

const MESSAGES = Number(process.env.ALCOVE_BENCH_MESSAGES ?? 100_000)
const PER_CONVERSATION = 50
const RUNS = 3
const WORDS = 'a local model answers what people ask it about their work and their lives in plain prose'.split(' ')

const migrations = join(import.meta.dirname, '../electron/history/migrations')
const folder = mkdtempSync(join(tmpdir(), 'alcove-bench-'))
const plainFile = join(folder, 'plain.db')
const encrypted = { file: join(folder, 'encrypted.db'), key: randomBytes(32) }

function fill(db: Database): void {
  for (const name of readdirSync(migrations).sort()) db.exec(readFileSync(join(migrations, name), 'utf8'))
  const addConversation = db.prepare(`
    INSERT INTO conversations (seq, id, activity_seq, title, created_at, updated_at, active_leaf_seq)
    VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const addMessage = db.prepare(`
    INSERT INTO messages (seq, id, conversation_seq, parent_seq, depth, role, status, created_at, completed_at, model,
      endpoint_name, prompt_tokens, completion_tokens, first_token_ms, total_ms, finish_reason, text)
    VALUES (?, ?, ?, ?, ?, ?, 'complete', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  db.transaction(() => {
    for (let seq = 1; seq <= MESSAGES; seq += 1) {
      const place = (seq - 1) % PER_CONVERSATION
      const conversation = Math.floor((seq - 1) / PER_CONVERSATION) + 1
      if (place === 0)
        addConversation.run(
          conversation,
          uuid(),
          conversation,
          `Conversation ${conversation}`,
          seq,
          seq,
          seq + PER_CONVERSATION - 1,
        )
      const reply = place % 2 === 1
      const told = reply
        ? ['small-model', 'Local', 100, 80, 250, 2_000, 'stop']
        : [null, null, null, null, null, null, null]
      const text = Array.from({ length: 75 }, (_, word) => WORDS[(seq * 7 + word * 5) % WORDS.length]).join(' ')
      const parent = place === 0 ? null : seq - 1
      addMessage.run(seq, uuid(), conversation, parent, place, reply ? 'assistant' : 'user', seq, seq, ...told, text)
    }
  })()
}

interface Run {
  seconds: number
  sizeBytes: number
}

async function exportFrom(db: Database, format: string, compact: boolean): Promise<Run> {
  const path = join(folder, 'export.json')
  const start = performance.now()
  const conversationIds = listExportedIds(db, { type: 'all' })
  const progress = { conversations: 0, messages: 0 }
  const pieces = findFormat(format).write({ db, scope: 'all', conversationIds, compact, progress })
  const sizeBytes = await writeWholeFile({ path, pieces, signal: new AbortController().signal })
  return { seconds: (performance.now() - start) / 1000, sizeBytes }
}

function commandLine(): Promise<Run> {
  const path = join(folder, 'sqlite3.json')
  const start = performance.now()
  const input = `.mode json\n.once '${path}'\nSELECT * FROM messages;\n`
  const { status, stderr } = spawnSync('sqlite3', ['-readonly', plainFile], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`sqlite3 cannot be measured: ${stderr}`)
  return Promise.resolve({ seconds: (performance.now() - start) / 1000, sizeBytes: statSync(path).size })
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

try {
  const plain: Database = new Sqlite(plainFile)
  fill(plain)
  const writing = openDatabase(encrypted)
  fill(writing)
  writing.close()
  const reading = openDatabase({ ...encrypted, readonly: true, cacheMiB: 16 })
  const ways: [string, () => Promise<Run>][] = [
    ['sqlite3 .mode json, plain', commandLine],
    ['alcove-json, plain', () => exportFrom(plain, 'alcove-json', false)],
    ['alcove-json, encrypted', () => exportFrom(reading, 'alcove-json', false)],
    ['alcove-json compact, encrypted', () => exportFrom(reading, 'alcove-json', true)],
    ['plain-json, encrypted', () => exportFrom(reading, 'plain-json', false)],
  ]
  const runs = new Map(ways.map(([name]) => [name, [] as Run[]]))
  for (let run = 0; run < RUNS; run += 1) for (const [name, way] of ways) runs.get(name)?.push(await way())
  const rate = (name: string) =>
    median((runs.get(name) ?? []).map(({ seconds, sizeBytes }) => sizeBytes / seconds / 1e6))
  const baseline = rate(ways[0]?.[0] ?? '')
  console.log(`Export of ${MESSAGES} messages, medians of ${RUNS} runs`)
  console.table(
    ways.map(([way]) => ({
      way,
      seconds: median((runs.get(way) ?? []).map(({ seconds }) => seconds)).toFixed(2),
      'MB/s': rate(way).toFixed(0),
      'MB/s to sqlite3': (rate(way) / baseline).toFixed(2),
      MB: Math.round((runs.get(way)?.[0]?.sizeBytes ?? 0) / 1e6),
    })),
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
