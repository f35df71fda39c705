import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from './small-disk.ts'

const root = path.join(import.meta.dirname, '../../..')
const MINUTES_MS = 180_000

const files = [
  'electron/history/ballast.test.ts',
  'electron/history/read-only-copy.test.ts',
  'electron/history/backup/back-up.test.ts',
  'electron/transfer/write-file.test.ts',
  'electron/log.test.ts',
  'tests/failing-disk/full-disk.test.ts',
].map((file) => path.join(root, file))

// The tests are run by a user who may not mount: without this, all that is about full disks would be left out.
it('lets an ordinary user run the tests that need a disk of their own, as root of a namespace', {
  timeout: MINUTES_MS,
}, ({ skip }) => {
  if (process.getuid?.() === 0) skip('root mounts by itself')
  const namespace = ['-Urm', '--kill-child']
  if (spawnSync('unshare', [...namespace, 'true']).status !== 0) skip('there are no user namespaces here')
  const report = path.join(temporaryFolder(), 'report.json')
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['run', '--configLoader=native', '--project=unit', '--reporter=json', `--outputFile=${report}`]
  const command = [...namespace, process.execPath, vitest, ...options, ...files]
  const { stdout, stderr } = spawnSync('unshare', command, { cwd: root, encoding: 'utf8' })
  interface Report {
    numFailedTests: number
    testResults: Array<{ name: string; assertionResults: Array<{ status: string; fullName: string }> }>
  }
  const { numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  expect(numFailedTests, stdout + stderr).toBe(0)
  expect(testResults.map(({ name }) => name).toSorted()).toEqual(files.toSorted())
  const ballast = testResults.find(({ name }) => name.endsWith('ballast.test.ts'))
  expect(ballast?.assertionResults.filter(({ status }) => status !== 'passed')).toEqual([])
})
