import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { openHistory } from '../history/history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { temporaryFile } from '../history/testing/temporary-history.ts'
import { importFile } from './import-file.ts'
import type { ImportHistory } from './import-history.ts'
import { longConversation } from './testing/long-conversation.ts'
import { temporaryFolder } from './testing/transfer-in-process.ts'

const COUNT = 10_000

let built = ''
beforeAll(async () => {
  built = await bundleForNode({ 'history-worker': path.join(import.meta.dirname, '../history/worker.ts') })
  return () => rmSync(built, { recursive: true })
})

it('lets what a person asks for meanwhile be answered before the next slice of a long conversation', async () => {
  const history = await openHistory({ ...temporaryFile(), workerUrl: path.join(built, 'history-worker.mjs') })
  onTestFinished(() => history.close())
  const file = path.join(temporaryFolder(), 'long.json')
  writeFileSync(file, longConversation(COUNT))
  const order: string[] = []
  const asked: Promise<unknown>[] = []
  let slices = 0
  const sizes: number[] = []
  const stageMessages: ImportHistory['stageMessages'] = async (args) => {
    slices += 1
    const slice = slices
    sizes.push(JSON.parse(new TextDecoder().decode(args.messages)).length)
    const staging = history.stageMessages(args).then((answer) => {
      order.push(`slice ${slice}`)
      return answer
    })
    // While this slice is on its way or at work.
    asked.push(
      history.listConversations({ view: 'active', cursor: null, limit: 50 }).then(({ total }) => {
        order.push(`person ${slice}, ${total} conversations`)
      }),
    )
    return await staging
  }
  const report = await importFile({
    path: file,
    history: { ...history, stageMessages },
    signal: new AbortController().signal,
  })
  await Promise.all(asked)
  expect(report).toMatchObject({ conversations: { imported: 1 }, messages: COUNT })
  // Slices of what takes ten milliseconds, and of 2,000 messages at most however fast the computer is.
  expect({ several: slices > 4, largest: Math.max(...sizes) <= 2_000 }).toEqual({ several: true, largest: true })
  const late = Array.from({ length: slices - 1 }, (_, index) => index + 1).filter((slice) => {
    const person = order.indexOf(`person ${slice}, 0 conversations`)
    return person < 0 || person > order.indexOf(`slice ${slice + 1}`)
  })
  expect(late).toEqual([])
})
