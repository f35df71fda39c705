import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({
  default: { app: undefined, ipcMain: undefined, ipcRenderer: undefined, shell: undefined },
}))
const { openPreferences } = await import('./preferences.ts')

const newFolder = () => mkdtempSync(path.join(os.tmpdir(), 'alcove-preferences-'))

describe('openPreferences', () => {
  it('keeps what was chosen over a restart', () => {
    const folder = newFolder()
    openPreferences(folder).update({ theme: 'dark', textSize: 18 })
    openPreferences(folder).setWindowPlace({ x: 1, y: 2, width: 800, height: 600, maximized: true })
    const reopened = openPreferences(folder)
    expect(reopened.get()).toMatchObject({ theme: 'dark', textSize: 18, enterSends: true })
    expect(reopened.getWindowPlace()).toEqual({ x: 1, y: 2, width: 800, height: 600, maximized: true })
    expect(reopened.wasReset).toBe(false)
  })

  it.each([
    ['no JSON at all', '{"preferences": '],
    ['a wrong value', '{"preferences": {"theme": "purple"}}'],
    ['something that has no place there', '{"endpoints": ["http://127.0.0.1:8080"]}'],
  ])('puts a file with %s aside, unchanged, and starts with the defaults', (_what, text) => {
    const folder = newFolder()
    writeFileSync(path.join(folder, 'preferences.json'), text)
    const preferences = openPreferences(folder)
    expect(preferences.get()).toMatchObject({ theme: 'system', textSize: 15 })
    expect(preferences.wasReset).toBe(true)
    const aside = readdirSync(folder).filter((name) => name.includes('damaged'))
    expect(aside).toEqual(['preferences.damaged-1.json'])
    expect(readFileSync(path.join(folder, 'preferences.damaged-1.json'), 'utf8')).toBe(text)
  })

  it('refuses to write anything that is not a preference', () => {
    const preferences = openPreferences(newFolder())
    expect(() => preferences.update({ textSize: 99 })).toThrow()
    expect(() => preferences.update({ prompt: 'secret' } as never)).toThrow()
    expect(preferences.get().textSize).toBe(15)
  })
})
