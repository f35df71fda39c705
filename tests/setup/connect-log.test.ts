import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allowPort, connectLogEnvironment, expectOnlyAllowed, readAttempts, unexpectedAttempts } from './connect-log.ts'

describe.runIf(process.platform === 'linux')('the log of connections', () => {
  let folder: string
  let log: string
  const before = process.env.ALCOVE_CONNECT_LOG

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alcove-connect-log-'))
    log = join(folder, 'log')
    process.env.ALCOVE_CONNECT_LOG = log
  })
  afterEach(() => {
    if (before === undefined) delete process.env.ALCOVE_CONNECT_LOG
    else process.env.ALCOVE_CONNECT_LOG = before
    rmSync(folder, { recursive: true, force: true })
  })

  function runScript(script: string): void {
    const env = { ...process.env, ...connectLogEnvironment(log) }
    spawnSync(process.execPath, ['-e', script], { env, timeout: 20_000 })
  }

  const seen = () => readAttempts().map(({ kind, to }) => `${kind} ${to}`)

  it('has what a program and its children connect and send to, also without success, and what they look up', () => {
    runScript(`
      const net = require('node:net')
      const quiet = (socket) => socket.on('error', () => socket.destroy())
      quiet(net.connect(9, '127.0.0.1'))
      quiet(net.connect(9, '::1'))
      const udp = require('node:dgram').createSocket('udp4')
      udp.send('x', 9, '127.0.0.1', () => udp.close())
      require('node:dns').lookup('planted.invalid', () => {})
      require('node:child_process').spawnSync(process.execPath, ['-e', "require('node:net').connect(10, '127.0.0.1').on('error', () => {})"])
    `)
    expect(seen().sort()).toEqual([
      'name planted.invalid:0',
      'tcp 127.0.0.1:10',
      'tcp 127.0.0.1:9',
      'tcp ::1:9',
      'udp 127.0.0.1:9',
    ])
    expect(new Set(readAttempts().map(({ pid }) => pid)).size).toBe(2)
  })

  it('does not count sockets within the computer, nor a name that is an address', () => {
    runScript(`
      require('node:net').connect('/nowhere.socket').on('error', () => {})
      require('node:dns').lookup('127.0.0.1', () => {})
    `)
    expect(seen()).toEqual([])
  })

  it('allows a port of this computer from then on, over TCP alone, and nothing elsewhere', () => {
    runScript("require('node:net').connect(9, '127.0.0.1').on('error', () => {})")
    expect(() => expectOnlyAllowed()).toThrow('tcp 127.0.0.1:9')
    rmSync(log)
    allowPort(9)
    runScript(`
      const net = require('node:net')
      for (const host of ['127.0.0.1', '::1', 'localhost']) net.connect(9, host).on('error', () => {})
    `)
    expect(unexpectedAttempts()).toEqual([])
    runScript(`
      require('node:net').connect(9, '127.0.0.2').on('error', () => {})
      const udp = require('node:dgram').createSocket('udp4')
      udp.send('x', 9, '127.0.0.1', () => udp.close())
    `)
    expect(unexpectedAttempts()).toEqual(['tcp 127.0.0.2:9', 'udp 127.0.0.1:9'])
  })
})
