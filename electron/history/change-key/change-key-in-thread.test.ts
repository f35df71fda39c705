import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { openDatabase } from '../database.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { bundleForNode } from '../testing/bundle-for-node.ts'
import { exchange, newConversation, temporaryFile } from '../testing/temporary-history.ts'
import { changeKeyInThread } from './change-key-in-thread.ts'

let folder = ''
beforeAll(async () => {
  folder = await bundleForNode({ 'change-key': 'change-key/change-key-worker.ts' })
  return () => rmSync(folder, { recursive: true })
})

function closedHistory() {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  exchange(db, newConversation(db), 'question', 'answer')
  db.close()
  return { file, key, newKey: randomBytes(32), workerUrl: path.join(folder, 'change-key.mjs') }
}

function countMessages(file: string, key: Uint8Array): unknown {
  const db = openDatabase({ file, key, readonly: true })
  try {
    return db.prepare('SELECT count(*) FROM messages').pluck().get()
  } finally {
    db.close()
  }
}

describe('changing the key in a thread', () => {
  it('calls what stores keys here, and leaves the callers keys as they are', async () => {
    const history = closedHistory()
    const copies = [Buffer.from(history.key), Buffer.from(history.newKey)]
    const calls: string[] = []
    const note = (name: string) => async () => void calls.push(name)
    const stored = { keepNext: note('keep'), promote: note('promote'), drop: note('drop') }
    const change = await changeKeyInThread({ ...history, ...stored })
    expect({ change, calls }).toEqual({
      change: { isPromoted: true, backupsUnderFormerKey: 0 },
      calls: ['keep', 'promote'],
    })
    expect([history.key, history.newKey]).toEqual(copies)
    expect(countMessages(history.file, history.newKey)).toBe(2)
  })

  it('rejects with what storing the new key failed with', async () => {
    const history = closedHistory()
    const keepNext = () => Promise.reject(new AppError('keyring-unavailable', 'Locked.'))
    const stored = { keepNext, promote: keepNext, drop: keepNext }
    await expect(changeKeyInThread({ ...history, ...stored })).rejects.toMatchObject({ code: 'keyring-unavailable' })
    expect(countMessages(history.file, history.key)).toBe(2)
  })

  it('rejects when the thread cannot even begin', async () => {
    const history = { ...closedHistory(), workerUrl: path.join(folder, 'missing.mjs') }
    const nothing = async () => undefined
    const stored = { keepNext: nothing, promote: nothing, drop: nothing }
    await expect(changeKeyInThread({ ...history, ...stored })).rejects.toMatchObject({ code: 'key-change-failed' })
  })
})
