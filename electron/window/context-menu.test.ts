import type { ContextMenuParams } from 'electron'
import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ Menu: {}, clipboard: {}, dialog: {}, shell: {} }))
const { contextMenuItems } = await import('./context-menu.ts')

const editFlags = { canUndo: true, canRedo: false, canCut: true, canCopy: true, canPaste: true, canSelectAll: true }
const menuAt = (place: Partial<ContextMenuParams>) =>
  contextMenuItems({ isEditable: false, linkURL: '', selectionText: '', editFlags, ...place } as ContextMenuParams).map(
    ({ label, role, type }) => label ?? role ?? type,
  )

describe('contextMenuItems', () => {
  it('offers what can be done in a text field', () => {
    expect(menuAt({ isEditable: true })).toEqual([
      'undo',
      'redo',
      'separator',
      'cut',
      'copy',
      'paste',
      'pasteAndMatchStyle',
      'separator',
      'selectAll',
    ])
  })

  it('offers to open and copy a link, and to copy selected text with it', () => {
    expect(menuAt({ linkURL: 'https://example.org/', selectionText: 'x' })).toEqual([
      'Open link…',
      'Copy link',
      'separator',
      'copy',
      'selectAll',
    ])
  })

  it('offers nothing for a link that could not be opened, nor beside everything', () => {
    expect(menuAt({ linkURL: 'javascript:alert(1)' })).toEqual([])
    expect(menuAt({ linkURL: 'app://alcove/index.html' })).toEqual([])
    expect(menuAt({ selectionText: '  ' })).toEqual([])
  })
})
