import { describe, expect, it } from 'vitest'
import { checkLink } from './check-link.ts'

describe('checkLink', () => {
  it('accepts web and mail addresses and names their real target', () => {
    expect(checkLink('https://example.org/a?b=c')).toEqual({
      kind: 'web',
      url: 'https://example.org/a?b=c',
      target: 'example.org',
    })
    expect(checkLink('HTTP://EXAMPLE.org:8080')).toEqual({
      kind: 'web',
      url: 'http://example.org:8080/',
      target: 'example.org:8080',
    })
    expect(checkLink('mailto:someone@example.org')).toEqual({
      kind: 'mail',
      url: 'mailto:someone@example.org',
      target: 'someone@example.org',
    })
  })

  it('shows a look-alike host in its ASCII form', () => {
    expect(checkLink('https://аpple.example/')?.target).toBe('xn--pple-43d.example')
  })

  it.each([
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>1</script>',
    'file:///etc/passwd',
    'smb://host/share',
    'ms-msdt:/id',
    'vscode://file/x',
    'tel:123',
    '\\\\host\\share',
    '//host/path',
    'app://alcove/index.html',
    'chrome://settings',
    'blob:https://example.org/1',
    'view-source:https://example.org',
    'https://bank.example@evil.example/',
    'https://user:secret@example.org',
    'http://',
    'http:',
    '',
    'example.org',
  ])('refuses %j', (address) => {
    expect(checkLink(address)).toBeUndefined()
  })
})
