import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedApp, launchApp, sandboxBase } from './launch-app.ts'

describe.runIf(process.platform === 'linux' && sandboxBase !== 'none')('the window under test', () => {
  let launched: LaunchedApp

  beforeAll(async () => {
    launched = await launchApp()
  })
  afterAll(() => launched.close())

  it('runs in a sandboxed process', async () => {
    const [main, renderer] = await launched.app.evaluate(({ BrowserWindow }) => [
      process.pid,
      BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
    ])
    const status = readFileSync(`/proc/${renderer}/status`, 'utf8')
    expect(readFileSync(`/proc/${main}/cmdline`, 'utf8')).not.toContain('--no-sandbox')
    // 2 is a filter of system calls: Chromium's seccomp-bpf layer.
    expect(/^Seccomp:\s+(\d)$/m.exec(status)?.[1]).toBe('2')
    expect(/^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).length).toBeGreaterThan(1)
  })
})
