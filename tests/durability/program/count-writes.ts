/**
 * A process of its own that writes to a history, and marks in the log of operations where each part of it begins.
 * Arguments: the file, its key in hex, the file for marks, then how many replies stream at once,
 * one measurement after the other.
 */
import { openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openHistory } from '../../../electron/history/history.ts'
import { createChunkWriter } from '../../../electron/replies/chunk-writer.ts'
import { wordsText } from './acknowledgement.ts'
import { ended, newConversation, plain } from './chat.ts'
import { EXCHANGES, QUIET_MS, STREAM_TICKS, TICK_MS, WORDS_PER_TICK } from './write-counts.ts'

const [file = '', key = '', marks = '', ...streams] = process.argv.slice(2)
const fd = openSync(marks, 'a')
const mark = (text: string) => writeSync(fd, text)
const history = await openHistory({
  file,
  key: Buffer.from(key, 'hex'),
  workerUrl: path.join(import.meta.dirname, 'history-worker.mjs'),
})

async function begin(conversationId: string, text: string): Promise<string> {
  return (await history.beginReply({ ...plain, conversationId, action: { type: 'send', text } })).replyId
}

const conversationId = await newConversation(history)
mark('exchanges')
for (let turn = 0; turn < EXCHANGES; turn += 1) {
  const messageId = await begin(conversationId, `question ${turn}: ${wordsText(40)}`)
  await history.appendChunks({ chunks: [{ messageId, text: wordsText(150), reasoning: '' }] })
  await history.finishReply({ ...ended, messageId })
}
// What is put off until nobody waits belongs to the cost as well.
await delay(QUIET_MS)
mark('end')

for (const count of streams.map(Number)) {
  const replies: string[] = []
  for (let reply = 0; reply < count; reply += 1) {
    replies.push(await begin(await newConversation(history), `question for ${count}`))
  }
  const writer = createChunkWriter(
    (chunks) => history.appendChunks({ chunks }),
    (_, error) => {
      throw error
    },
  )
  await delay(QUIET_MS)
  mark(`streams ${count}`)
  for (let tick = 0; tick < STREAM_TICKS; tick += 1) {
    const text = wordsText(WORDS_PER_TICK)
    for (const messageId of replies) writer.add(messageId, { text })
    await delay(TICK_MS)
  }
  await writer.flush()
  mark('end')
  for (const messageId of replies) await history.finishReply({ ...ended, messageId })
}
await history.close()
