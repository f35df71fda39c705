import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { canUseNamespaces, findSandboxBase, sandboxArguments } from './sandbox.ts'

describe.runIf(process.platform === 'linux')("Chromium's sandbox", () => {
  let folder: string
  const pretendToBe = (uid: number) => vi.spyOn(process, 'getuid').mockReturnValue(uid)
  const withoutNamespaces = () => vi.stubEnv('PATH', folder)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alcove-sandbox-'))
    writeFileSync(join(folder, 'chrome-sandbox'), '')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  it('is off for root, and that is said', () => {
    const said = vi.spyOn(console, 'log').mockReturnValue()
    pretendToBe(0)
    expect(sandboxArguments(folder)).toEqual(['--no-sandbox'])
    expect(said).toHaveBeenCalledWith(expect.stringContaining('Running as root'))
  })

  it.runIf(canUseNamespaces())('stands on user namespaces where there are any', () => {
    pretendToBe(1000)
    expect(findSandboxBase(folder)).toBe('user-namespaces')
    expect(sandboxArguments(folder)).toEqual([])
  })

  it('is never quietly off for an ordinary user, who is told how to get it', () => {
    pretendToBe(1000)
    withoutNamespaces()
    expect(() => sandboxArguments(folder)).toThrow(`sudo chmod 4755 ${join(folder, 'chrome-sandbox')}`)
  })

  it('does not stand on a helper that belongs to somebody else', () => {
    pretendToBe(1000)
    withoutNamespaces()
    chmodSync(join(folder, 'chrome-sandbox'), 0o4755)
    const isRootsOwn = process.geteuid?.() === 0
    expect(findSandboxBase(folder)).toBe(isRootsOwn ? 'setuid' : 'none')
  })
})
