import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatCounts, sumReports } from './summary.ts'

describe('the sum of the reports', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alcove-reports-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function suite(name: string, files: string[][], exitCode = 0) {
    const testResults = files.map((statuses) => ({
      status: statuses.length === 0 || statuses.includes('failed') ? 'failed' : 'passed',
      assertionResults: statuses.map((status) => ({ status })),
    }))
    const reportFile = join(folder, `${name}.json`)
    writeFileSync(reportFile, JSON.stringify({ testResults }))
    return { name, reportFile, exitCode }
  }

  it('adds up all suites', () => {
    const suites = [
      suite('unit', [
        ['passed', 'passed', 'skipped'],
        ['passed', 'todo'],
      ]),
      suite('e2e', [['passed', 'failed', 'pending']], 1),
    ]
    expect(formatCounts(sumReports(suites))).toBe('4 passed, 1 failed, 3 skipped')
  })

  it('counts a suite without a report as failed', () => {
    const missing = { name: 'e2e', reportFile: join(folder, 'missing.json'), exitCode: 0 }
    expect(sumReports([suite('unit', [['passed']]), missing])).toEqual({ passed: 1, failed: 1, skipped: 0 })
  })

  it('counts a report that was cut off as failed', () => {
    const cut = suite('unit', [['passed']])
    writeFileSync(cut.reportFile, '{"testResults": [')
    expect(sumReports([cut])).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('counts a file that could not be loaded as failed', () => {
    expect(sumReports([suite('unit', [['passed'], []], 1)])).toEqual({ passed: 1, failed: 1, skipped: 0 })
  })

  it('counts a suite as failed that ended badly after its tests passed', () => {
    expect(sumReports([suite('unit', [['passed']], 1)])).toEqual({ passed: 1, failed: 1, skipped: 0 })
  })
})
