/** A process of its own that exports everything, then says how much memory that took beyond the start: bytes. */
import { readFileSync, writeSync } from 'node:fs'
import { setInterval } from 'node:timers'
import { exportFile } from '../export-file.ts'

const [file = '', keyFile = '', path = ''] = process.argv.slice(2)
const start = process.memoryUsage.rss()
let peak = start
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 5)
await exportFile({
  history: { file, key: readFileSync(keyFile), nativeBinding: undefined },
  path,
  scope: { type: 'all' },
  format: 'alcove-json',
  compact: false,
  signal: new AbortController().signal,
  onPart: (part) => writeSync(1, `${JSON.stringify(part)}\n`),
})
clearInterval(watch)
writeSync(1, `${JSON.stringify({ growthBytes: Math.max(peak, process.memoryUsage.rss()) - start })}\n`)
