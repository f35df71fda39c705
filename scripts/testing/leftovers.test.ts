import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { endMarkedProcesses } from './leftovers.ts'

describe.runIf(process.platform === 'linux')('processes left behind', () => {
  it('are ended by their mark, and others are left alone', async () => {
    const marker = randomUUID()
    const env = { ...process.env, LEFTOVER_TEST: marker }
    const daemon = spawn('sleep', ['60'], { env, detached: true, stdio: 'ignore' })
    const other = spawn('sleep', ['60'], { stdio: 'ignore' })
    await Promise.all([once(daemon, 'spawn'), once(other, 'spawn')])
    expect(endMarkedProcesses('LEFTOVER_TEST', marker)).toBe(1)
    expect((await once(daemon, 'exit'))[1]).toBe('SIGKILL')
    expect(other.exitCode).toBeNull()
    other.kill()
  })
})
