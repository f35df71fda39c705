import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { begin, exchange, newConversation, temporaryFile } from '../../electron/history/testing/temporary-history.ts'

const HEADER_BYTES = 32
const FRAME_BYTES = 24 + 4096

it('opens a history whose last transaction is not whole in a log that was used before', () => {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  const conversationId = newConversation(db)
  for (let turn = 0; turn < 20; turn += 1) exchange(db, conversationId, `before ${turn}`, 'reply')
  // From here on the log is written anew over what it held.
  db.pragma('wal_checkpoint(RESTART)')
  exchange(db, conversationId, 'acknowledged', 'reply')
  const acknowledged = readFileSync(`${file}-wal`)
  begin(db, conversationId, { type: 'send', text: 'not acknowledged' })
  const log = readFileSync(`${file}-wal`)
  const [first, last] = findDifferent(acknowledged, log)
  expect(last - first).toBeGreaterThan(3)
  // Of the frames of the last transaction only the last one reached the disk; the others are still of the older log.
  acknowledged.copy(
    log,
    first * FRAME_BYTES + HEADER_BYTES,
    first * FRAME_BYTES + HEADER_BYTES,
    last * FRAME_BYTES + HEADER_BYTES,
  )
  const crashed = temporaryFile().file
  copyFileSync(file, crashed)
  writeFileSync(`${crashed}-wal`, log)
  db.close()
  const again = openHistoryFile({ file: crashed, key })
  const texts = again.prepare<[], string>("SELECT text FROM messages WHERE text LIKE '%acknowledged'").pluck().all()
  expect(texts).toEqual(['acknowledged'])
  again.close()
})

/** The numbers of the first and the last frame that differ. */
function findDifferent(before: Buffer, after: Buffer): [number, number] {
  const count = Math.floor((after.length - HEADER_BYTES) / FRAME_BYTES)
  const differing = Array.from({ length: count }, (_, frame) => frame).filter((frame) => {
    const [start, end] = [HEADER_BYTES + frame * FRAME_BYTES, HEADER_BYTES + (frame + 1) * FRAME_BYTES]
    return !before.subarray(start, end).equals(after.subarray(start, end))
  })
  return [differing[0] ?? 0, differing.at(-1) ?? 0]
}
