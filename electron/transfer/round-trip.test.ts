import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openHistoryFile } from '../history/open-history-file.ts'
import { temporaryFile } from '../history/testing/temporary-history.ts'
import type { ImportReport } from './import-report.ts'
import { anyHistory, fillHistory } from './testing/random-history.ts'
import { exportText, importText } from './testing/transfer-in-process.ts'

const RUNS = 60

function emptyHistory() {
  return openHistoryFile(temporaryFile())
}

const damaged = (report: ImportReport) => report.problems.filter(({ message }) => !message.startsWith('The endpoint'))

describe('export, import, export', () => {
  it.each([
    { compact: false, layout: 'indented' },
    { compact: true, layout: 'compact' },
  ])('gives the same bytes for any history, $layout', { timeout: 120_000 }, async ({ compact }) => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const first = emptyHistory()
        const second = emptyHistory()
        fillHistory(first, history)
        const text = exportText(first, { compact })
        const report = await importText(second, text)
        expect({ text: exportText(second, { compact }), problems: damaged(report) }).toEqual({ text, problems: [] })
        expect(second.pragma('foreign_key_check')).toEqual([])
        const again = await importText(second, text)
        expect(again.conversations).toEqual({
          imported: 0,
          unchanged: history.conversations.length,
          copied: 0,
          skipped: 0,
        })
        first.close()
        second.close()
      }),
      { numRuns: RUNS },
    )
  })

  it('gives the same bytes for chosen conversations, which carry no endpoint, settings or key', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const first = emptyHistory()
        const second = emptyHistory()
        fillHistory(first, history)
        const conversationIds = history.conversations.slice(0, 2).map(({ id }) => id)
        const scope = { type: 'conversations', conversationIds } as const
        const text = exportText(first, { scope })
        await importText(second, text)
        expect(exportText(second, { scope })).toBe(text)
        expect(Object.keys(JSON.parse(text))).toEqual([
          'format',
          'version',
          'scope',
          'folders',
          'conversations',
          'attachments',
        ])
        first.close()
        second.close()
      }),
      { numRuns: 20 },
    )
  })

  it('is valid JSON whose indented and compact forms hold the same', () => {
    const [history] = fc.sample(anyHistory, { numRuns: 1, seed: 3 })
    const db = emptyHistory()
    if (history) fillHistory(db, history)
    const value: unknown = JSON.parse(exportText(db))
    expect(exportText(db)).toBe(`${JSON.stringify(value, null, 2)}\n`)
    expect(exportText(db, { compact: true })).toBe(`${JSON.stringify(value)}\n`)
    db.close()
  })
})
