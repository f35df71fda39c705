import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ protocol: {} }))
const { resolveInside } = await import('./app-protocol.ts')

describe('resolveInside', () => {
  it('finds files below the folder', () => {
    expect(resolveInside('/app/renderer', '/index.html')).toBe('/app/renderer/index.html')
    expect(resolveInside('/app/renderer', '/assets/a%20b.js')).toBe('/app/renderer/assets/a b.js')
  })

  it.each([
    '/../main.js',
    '/%2e%2e/main.js',
    '/..%2fmain.js',
    '/a/../../main.js',
    '/..\\main.js',
    '/%00',
    '/%ff',
    '/',
    '',
  ])('refuses %j', (pathname) => {
    expect(resolveInside('/app/renderer', pathname)).toBeUndefined()
  })
})
