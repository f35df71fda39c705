import { describe, expect, it } from 'vitest'
import { mustRun, outputOf, run } from './run-process.ts'

describe.runIf(process.platform !== 'win32')('running a command', () => {
  it('reports its exit code', async () => {
    expect(await run('sh', ['-c', 'exit 3'])).toEqual({ code: 3, timedOut: false })
  })

  it('ends a stuck one together with what it started', async () => {
    const startedAt = Date.now()
    expect(await run('sh', ['-c', 'sleep 60 & sleep 60'], { timeoutMs: 200 })).toEqual({ code: 1, timedOut: true })
    expect(Date.now() - startedAt).toBeLessThan(9000)
  })

  it('names the command that failed', async () => {
    await expect(mustRun('sh', ['-c', 'exit 3'])).rejects.toThrow('sh -c exit 3 ended with code 3')
  })

  it('reads an output, empty for a command that does not exist', async () => {
    expect(await outputOf('sh', ['-c', 'echo hello; exit 1'])).toBe('hello\n')
    expect(await outputOf('no-such-command', [])).toBe('')
  })
})
