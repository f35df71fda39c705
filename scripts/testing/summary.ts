// Counts tests from the machine-readable reports of all suites.
import { readFileSync } from 'node:fs'

export type Counts = { passed: number; failed: number; skipped: number }
export type SuiteResult = { name: string; reportFile: string; exitCode: number }

type Report = { testResults: { status: string; message?: string; assertionResults: { status: string }[] }[] }

/** The sum over all suites. What left no trace in a report, such as a crash or a stuck suite, counts as one failure. */
export function sumReports(suites: SuiteResult[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const suite of suites) {
    const counts = countReport(suite)
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
  }
  return total
}

export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function countReport({ name, reportFile, exitCode }: SuiteResult): Counts {
  const report = readReport(reportFile)
  if (!report) {
    console.error(`The suite ${name} left no readable report: counted as failed.`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const statuses = report.testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status))
  const passed = statuses.filter((status) => status === 'passed').length
  const failedTests = statuses.filter((status) => status === 'failed').length
  // A file that could not even be loaded has failed without a single test in it.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length
  const skipped = statuses.length - passed - failedTests
  const failed = failedTests + brokenFiles
  if (exitCode !== 0 && failed === 0) console.error(`The suite ${name} ended with code ${exitCode}: counted as failed.`)
  return { passed, failed: failed || (exitCode === 0 ? 0 : 1), skipped }
}

function readReport(file: string): Report | undefined {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report>
    return Array.isArray(report.testResults) ? (report as Report) : undefined
  } catch {
    return undefined
  }
}
