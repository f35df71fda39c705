import { expect, it } from 'vitest'
import { isProxyAddress } from './proxy-rule.ts'

it('takes a proxy with its port, and none', () => {
  const typed = ['', '  ', 'http://proxy.test:3128', ' http://127.0.0.1:80/ ', 'http://me:secret@proxy.test:3128']
  expect(typed.filter((text) => !isProxyAddress(text))).toEqual([])
})

it('refuses what is no address of an HTTP proxy', () => {
  const typed = [
    'proxy.test:3128',
    'https://proxy.test:3128',
    'socks5://proxy.test:1080',
    'http://proxy.test',
    'http://:3128',
    'http://proxy.test:3128/path',
    'http://proxy.test/path:3128',
    'http://proxy.test/?query:3128',
    'http://proxy.test/#mark:3128',
    'http://proxy.test:3128/?query',
    'http://proxy.test:99999',
  ]
  expect(typed.filter(isProxyAddress)).toEqual([])
})
