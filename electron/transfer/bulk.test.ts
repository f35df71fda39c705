import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../history/database.ts'
import { type History, openHistory } from '../history/history.ts'
import { openHistoryFile } from '../history/open-history-file.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { exchange, newConversation, temporaryFile } from '../history/testing/temporary-history.ts'
import { type BulkWorker, startBulkWorker } from './bulk.ts'
import type { ExportPart, ExportScope, ImportPart } from './bulk-protocol.ts'
import { fillMany } from './testing/fill-many.ts'
import { exportText, temporaryFolder } from './testing/transfer-in-process.ts'

const MIB = 1024 * 1024
const everything = { scope: { type: 'all' }, format: 'alcove-json', compact: false } as const
const never = new AbortController().signal

let built = ''
beforeAll(async () => {
  built = await bundleForNode({
    'bulk-worker': path.join(import.meta.dirname, 'bulk-worker.ts'),
    'history-worker': path.join(import.meta.dirname, '../history/worker.ts'),
    'export-alone': path.join(import.meta.dirname, 'testing/export-alone.ts'),
  })
  return () => rmSync(built, { recursive: true })
})

interface Started {
  bulk: BulkWorker
  file: string
  key: Buffer
}

/** A history with some conversations, and the bulk worker beside it. */
function start(fill: { conversations: number; messageLength: number }): Started {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  fillMany(db, fill)
  db.close()
  const bulk = startBulkWorker({ file, key, workerUrl: path.join(built, 'bulk-worker.mjs') })
  onTestFinished(() => bulk.close())
  return { bulk, file, key }
}

async function openWriting(file: string, key: Buffer): Promise<History> {
  const history = await openHistory({ file, key, workerUrl: path.join(built, 'history-worker.mjs') })
  onTestFinished(() => history.close())
  return history
}

async function collect<Part extends ExportPart | ImportPart>(parts: AsyncGenerator<Part>): Promise<Part[]> {
  const collected: Part[] = []
  for await (const part of parts) collected.push(part)
  return collected
}

function readBack(file: string, key: Buffer): string {
  const db = openDatabase({ file, key, readonly: true })
  try {
    return exportText(db)
  } finally {
    db.close()
  }
}

describe('an export in the worker', () => {
  it('writes the file and tells how it goes', async () => {
    const { bulk, file, key } = start({ conversations: 40, messageLength: 2_000 })
    const target = path.join(temporaryFolder(), 'all.json')
    const parts = await collect(bulk.exportTo({ ...everything, path: target, signal: never }))
    const sizeBytes = statSync(target).size
    expect([parts[0], parts.at(-1)]).toEqual([
      { type: 'export-start', fileName: 'all.json', conversations: 40 },
      { type: 'export-end', fileName: 'all.json', conversations: 40, messages: 4_000, sizeBytes },
    ])
    expect(parts.slice(1, -1).every(({ type }) => type === 'export-progress')).toBe(true)
    expect(readFileSync(target, 'utf8') === readBack(file, key)).toBe(true)
  })

  it('leaves the old file and no other when it is cancelled, then exports again', async () => {
    const { bulk } = start({ conversations: 100, messageLength: 5_000 })
    const folder = temporaryFolder()
    const target = path.join(folder, 'all.json')
    writeFileSync(target, 'old')
    const cancel = new AbortController()
    const cancelled = collect(bulk.exportTo({ ...everything, path: target, signal: cancel.signal }))
    cancel.abort()
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    expect({ files: readdirSync(folder), text: readFileSync(target, 'utf8') }).toEqual({
      files: ['all.json'],
      text: 'old',
    })
    await collect(bulk.exportTo({ ...everything, path: target, signal: never }))
    expect(statSync(target).size).toBeGreaterThan(100 * 100 * 5_000)
  })

  it('is cancelled by whoever stops listening to it', async () => {
    const { bulk } = start({ conversations: 100, messageLength: 5_000 })
    const folder = temporaryFolder()
    for await (const part of bulk.exportTo({ ...everything, path: path.join(folder, 'all.json'), signal: never })) {
      if (part.type === 'export-progress') break
    }
    await expect.poll(() => readdirSync(folder)).toEqual([])
  })

  it('says what is wrong: an unknown format, a missing folder, nothing to export, the history in the way', async () => {
    const { bulk, file } = start({ conversations: 1, messageLength: 10 })
    const target = path.join(temporaryFolder(), 'all.json')
    const attempt = (args: Partial<Parameters<BulkWorker['exportTo']>[0]>) =>
      collect(bulk.exportTo({ ...everything, path: target, signal: never, ...args })).catch((error) => error.code)
    const gone: ExportScope = { type: 'conversations', conversationIds: ['01980000-0000-7000-8000-000000000000'] }
    expect([
      await attempt({ format: '__proto__' }),
      await attempt({ path: path.join(target, 'below', 'all.json') }),
      await attempt({ scope: gone }),
      await attempt({ path: file }),
      existsSync(target),
    ]).toEqual(['invalid-request', 'export-failed', 'not-found', 'export-failed', false])
  })
})

describe('a worker that cannot run', () => {
  it('fails what was asked of it instead of keeping it waiting', async () => {
    const { file, key } = temporaryFile()
    const bulk = startBulkWorker({ file, key, workerUrl: path.join(built, 'not-there.mjs') })
    const target = path.join(temporaryFolder(), 'all.json')
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(collect(bulk.exportTo({ ...everything, path: target, signal: never }))).rejects.toMatchObject({
        code: 'history-unavailable',
      })
    }
    await bulk.close()
  })
})

describe('an import through the worker', () => {
  it('brings everything into another history, which answers meanwhile', async () => {
    const from = start({ conversations: 60, messageLength: 500 })
    const target = path.join(temporaryFolder(), 'all.json')
    await collect(from.bulk.exportTo({ ...everything, path: target, signal: never }))
    const to = temporaryFile()
    const history = await openWriting(to.file, to.key)
    const importing = collect(from.bulk.importFrom({ path: target, signal: never, history }))
    const { id } = await history.createConversation({ systemPrompt: '', endpointId: null, model: null, now: 1 })
    const parts = await importing
    expect(parts.at(-1)).toEqual({
      type: 'import-end',
      fileName: 'all.json',
      report: {
        conversations: { imported: 60, unchanged: 0, copied: 0, skipped: 0 },
        messages: 6_000,
        complete: true,
        problems: [],
      },
    })
    const { conversations, total } = await history.listConversations({ view: 'active', cursor: null, limit: 1 })
    expect({ total, newest: conversations[0]?.id }).toEqual({ total: 61, newest: id })
  })

  it('keeps whole conversations only when it is cancelled half-way', async () => {
    const from = start({ conversations: 200, messageLength: 500 })
    const target = path.join(temporaryFolder(), 'all.json')
    await collect(from.bulk.exportTo({ ...everything, path: target, signal: never }))
    const to = temporaryFile()
    const history = await openWriting(to.file, to.key)
    const cancel = new AbortController()
    let report: Extract<ImportPart, { type: 'import-end' }>['report'] | undefined
    for await (const part of from.bulk.importFrom({ path: target, signal: cancel.signal, history })) {
      if (part.type === 'import-progress' && part.conversations > 0) cancel.abort()
      if (part.type === 'import-end') report = part.report
    }
    const { total } = await history.listConversations({ view: 'active', cursor: null, limit: 1 })
    expect(total).toBe(report?.conversations.imported)
    expect(report?.messages).toBe(100 * total)
    expect(total).toBeLessThan(200)
  })

  it('reports a file that is not ours', async () => {
    const { bulk } = start({ conversations: 1, messageLength: 10 })
    const to = temporaryFile()
    const history = await openWriting(to.file, to.key)
    const foreign = path.join(temporaryFolder(), 'foreign.json')
    writeFileSync(foreign, '{"conversations": []}')
    await expect(collect(bulk.importFrom({ path: foreign, signal: never, history }))).rejects.toMatchObject({
      code: 'import-invalid',
    })
  })
})

interface Alone {
  parts: Record<string, unknown>[]
  code: number | null
}

/** Exports in a process of its own; `onPart` may kill it. */
async function exportAlone(args: [string, string, string], onPart: (kill: () => void) => void): Promise<Alone> {
  const child = spawn(process.execPath, [path.join(built, 'export-alone.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const parts: Record<string, unknown>[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const part = JSON.parse(line) as Record<string, unknown>
    parts.push(part)
    if (part.type === 'export-progress') onPart(() => child.kill('SIGKILL'))
  })
  const [[code]] = await Promise.all([once(child, 'close'), once(lines, 'close')])
  return { parts, code }
}

function fillAlone(fill: { conversations: number; messageLength: number }) {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  fillMany(db, fill)
  db.close()
  const keyFile = `${file}.key`
  writeFileSync(keyFile, key)
  return { file, keyFile }
}

describe('an export in a process of its own', () => {
  it('leaves the old file whole when it is killed, and the next one cleans up', async () => {
    const { file, keyFile } = fillAlone({ conversations: 100, messageLength: 5_000 })
    const folder = temporaryFolder()
    const target = path.join(folder, 'all.json')
    writeFileSync(target, 'old')
    const killed = await exportAlone([file, keyFile, target], (kill) => kill())
    expect({ code: killed.code, text: readFileSync(target, 'utf8') }).toEqual({ code: null, text: 'old' })
    const whole = await exportAlone([file, keyFile, target], () => undefined)
    expect({ code: whole.code, files: readdirSync(folder) }).toEqual({ code: 0, files: ['all.json'] })
  })

  it('takes less than 96 MiB more memory for 200 MB', async () => {
    const { file, keyFile } = fillAlone({ conversations: 100, messageLength: 20_000 })
    const target = path.join(temporaryFolder(), 'all.json')
    const { parts } = await exportAlone([file, keyFile, target], () => undefined)
    expect(statSync(target).size).toBeGreaterThan(200_000_000)
    expect(Number(parts.at(-1)?.growthBytes) / MIB).toBeLessThan(96)
  }, 120_000)
})

describe('an export while the history is written', () => {
  it('shows each conversation as it was at one moment', async () => {
    const { file, key } = temporaryFile()
    const db = openHistoryFile({ file, key })
    onTestFinished(() => void db.close())
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    const bulk = startBulkWorker({ file, key, workerUrl: path.join(built, 'bulk-worker.mjs') })
    onTestFinished(() => bulk.close())
    const target = path.join(temporaryFolder(), 'all.json')
    const exporting = collect(bulk.exportTo({ ...everything, path: target, signal: never }))
    for (let turn = 0; turn < 20; turn += 1) exchange(db, conversationId, `question ${turn}`, 'answer')
    await exporting
    const { messages, activeLeafId } = JSON.parse(readFileSync(target, 'utf8')).conversations[0]
    expect(messages.at(-1).id).toBe(activeLeafId)
  })
})
