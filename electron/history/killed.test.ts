import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { getMessage, listBranch } from './messages.ts'
import { openHistoryFile } from './open-history-file.ts'
import { interruptStreaming, listStreaming } from './replies.ts'
import { bundleForNode } from './testing/bundle-for-node.ts'
import { NOW, temporaryFile } from './testing/temporary-history.ts'

const KILLS = 10

interface Acknowledged {
  kind: 'message' | 'text'
  id: string
  value: string
}

let folder = ''
beforeAll(async () => {
  folder = await bundleForNode({ writer: 'testing/append-until-killed.ts' })
  return () => rmSync(folder, { recursive: true })
})

/** Lets a process write until it has acknowledged `count` things, then kills it in the middle of the next. */
async function writeUntilKilled(file: string, keyFile: string, count: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [path.join(folder, 'writer.mjs'), file, keyFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: Acknowledged[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    acknowledged.push(JSON.parse(line))
    if (acknowledged.length === count) child.kill('SIGKILL')
  })
  await Promise.all([once(child, 'close'), once(lines, 'close')])
  return acknowledged
}

describe('a process killed while it writes', () => {
  it('loses nothing that was acknowledged, and leaves a sound file each time', async () => {
    const { file, key } = temporaryFile()
    const keyFile = `${file}.key`
    writeFileSync(keyFile, key)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const acknowledged = await writeUntilKilled(file, keyFile, 5 + kill * 3)
      expect(acknowledged.length).toBeGreaterThanOrEqual(5 + kill * 3)
      const db = openHistoryFile({ file, key })
      const conversationId = acknowledged[0]?.id ?? ''
      const { messages } = listBranch(db, { conversationId, beforeId: null, limit: 200 })
      const texts = new Set(messages.map(({ text }) => text))
      const lost = acknowledged.filter(({ kind, id, value }) =>
        kind === 'message' ? !texts.has(value) : !getMessage(db, { messageId: id }).text.startsWith(value),
      )
      const streaming = listStreaming(db, {}).length
      expect({
        lost,
        integrity: db.pragma('integrity_check', { simple: true }),
        broken: db.pragma('foreign_key_check'),
      }).toEqual({ lost: [], integrity: 'ok', broken: [] })
      expect(interruptStreaming(db, { now: NOW })).toBe(streaming)
      db.close()
    }
  })
})
