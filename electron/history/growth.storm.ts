import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { canCountPages } from './testing/pages-read.ts'
import { type Pages, pagesTouched } from './testing/what-grows.ts'

const SIZES = [10_000, 100_000, 1_000_000]
/** With ten times as much: what a logarithm allows, and a layout that is never the same. */
const MOST_TIMES = 1.35

it.runIf(canCountPages)('what a person does touches no more pages in a history ten times as large', () => {
  const bySize = SIZES.map((messages): Pages => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-growth-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return pagesTouched(messages, folder)
  })
  const grown = bySize.slice(1).flatMap((pages, index) =>
    Object.entries(pages).map(([what, count]) => ({
      what,
      size: SIZES[index + 1],
      times: count / (bySize[index]?.[what] ?? 0),
    })),
  )
  console.info(`pages at ${SIZES.join(', ')} messages: ${JSON.stringify(bySize)}`)
  expect(grown.filter(({ times }) => times > MOST_TIMES)).toEqual([])
})
