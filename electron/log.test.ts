import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { v7 as uuid } from 'uuid'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../shared/errors.ts'
import { type History, openHistory } from './history/history.ts'
import { bundleForNode } from './history/testing/bundle-for-node.ts'
import { mountSmallDisk, readOnlyFolder, temporaryFolder } from './history/testing/small-disk.ts'
import { NOW, SENT, temporaryFile } from './history/testing/temporary-history.ts'
import { log, openLog } from './log.ts'

let file = ''
beforeEach(() => {
  file = path.join(temporaryFolder(), 'logs', 'alcove.log')
})

/** All files of the log, the newest first. */
function readAll(): string[] {
  const folder = path.dirname(file)
  return readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'))
}

function modes(): Record<string, number> {
  const folder = path.dirname(file)
  const mode = (name: string) => statSync(path.join(folder, name)).mode & 0o777
  return Object.fromEntries(['.', ...readdirSync(folder).sort()].map((name) => [name, mode(name)]))
}

describe('the log', () => {
  it('says by name what took long and what failed, without a word of it', () => {
    openLog(file, false)
    log.info('started')
    log.slow('listBranch', 41.4)
    log.failed('beginReply', 'disk-full', 2.6)
    log.failed('beginReply', 'history-unavailable', 2.6, 'SQLITE_IOERR_FSYNC')
    log.ended('export', 'export-failed', 5)
    log.ended('verify', undefined, 39)
    log.ended('verify', undefined, 41)
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.map((line) => line.replace(/^\[[^\]]*\] (\S+) +/, '$1 '))).toEqual([
      '[info] started',
      '[warn] listBranch took 41 ms',
      '[warn] beginReply failed with disk-full after 3 ms',
      '[warn] beginReply failed with history-unavailable (SQLITE_IOERR_FSYNC) after 3 ms',
      '[warn] export failed with export-failed after 5 ms',
      '[warn] verify took 41 ms',
    ])
  })

  it('keeps five files of one mebibyte, each for its owner only', () => {
    openLog(file, false)
    const line = 'x'.repeat(64 * 1024)
    for (let n = 0; n < 110; n += 1) log.info(`${n} ${line}`)
    expect(modes()).toEqual({
      '.': 0o700,
      'alcove.log': 0o600,
      'alcove.1.log': 0o600,
      'alcove.2.log': 0o600,
      'alcove.3.log': 0o600,
      'alcove.4.log': 0o600,
    })
    const all = readAll()
    expect(Math.max(...all.map((text) => text.length))).toBeLessThan(1024 * 1024 + line.length + 100)
    expect(readFileSync(file, 'utf8')).toContain('109 x')
    // The oldest went.
    expect(all.join('')).not.toContain(' 0 x')
  })

  it('closes to others what an older version left open', () => {
    mkdirSync(path.dirname(file), { mode: 0o755 })
    for (const name of ['alcove.log', 'alcove.3.log']) {
      writeFileSync(path.join(path.dirname(file), name), '')
      chmodSync(path.join(path.dirname(file), name), 0o644)
    }
    openLog(file, false)
    expect(modes()).toEqual({ '.': 0o700, 'alcove.log': 0o600, 'alcove.3.log': 0o600 })
  })

  it('begins anew where old files cannot be moved, and never grows', () => {
    openLog(file, false)
    log.info('first')
    for (const age of [1, 2, 3, 4]) {
      mkdirSync(path.join(path.dirname(file), `alcove.${age}.log`, 'in the way'), { recursive: true })
    }
    for (let n = 0; n < 40; n += 1) log.info('x'.repeat(64 * 1024))
    expect(statSync(file).size).toBeLessThan(1024 * 1024 + 66 * 1024)
  })

  it('goes on once a folder that could not be written to can be', ({ skip }) => {
    const folder = readOnlyFolder() ?? skip('cannot mount here')
    const late = path.join(temporaryFolder(), 'late')
    file = path.join(late, 'logs', 'alcove.log')
    // A file stands where the folder will be.
    writeFileSync(late, '')
    openLog(file, false)
    log.info('lost')
    rmSync(late)
    log.info('kept')
    expect(readFileSync(file, 'utf8')).toContain('kept')
    openLog(path.join(folder, 'logs', 'alcove.log'), false)
    expect(() => log.info('nowhere')).not.toThrow()
  })

  it('drops what a full disk does not take, and says nothing of it on the screen', ({ skip }) => {
    const disk = mountSmallDisk('size=64k') ?? skip('cannot mount here')
    file = path.join(disk, 'logs', 'alcove.log')
    const program = `
      import { rmSync } from 'node:fs'
      import { log, openLog } from ${JSON.stringify(path.join(import.meta.dirname, 'log.ts'))}
      openLog(${JSON.stringify(file)}, false)
      for (let n = 0; n < 80; n += 1) log.info('x'.repeat(1024))
      rmSync(${JSON.stringify(file)})
      log.info('again')`
    const options = ['--input-type=module', '--eval', program]
    const { status, stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(file, 'utf8')).toContain('again')
  })
})

describe('no text of anybody', () => {
  const MARKER = 'markerSecret'

  it('gets into the log through an error, whatever is in it', () => {
    openLog(file, false)
    const message = `${MARKER}\n    at ${MARKER} (/home/${MARKER}.ts:1:1)\nmore`
    class Odd extends Error {
      override name = `Odd ${MARKER}`
      code = `E ${MARKER}`
    }
    const emptied = new Error(message)
    emptied.message = ''
    const plain = new Error(MARKER)
    plain.stack = `Error: ${MARKER}\n    at ${MARKER} and more\n    at run (/app/main.js:10:20)`
    const errors = [
      new Error(message),
      new Odd(message),
      emptied,
      plain,
      new AppError('disk-full', message, { cause: new TypeError(message, { cause: new Error(message) }) }),
      message,
      { message },
    ]
    for (const error of errors) log.exception('here', error)
    const text = readAll().join('')
    expect(text).not.toContain(MARKER)
    expect(text).toContain('disk-full <- TypeError\n    at ')
    expect(text).toContain('Error\n    at run (/app/main.js:10:20)')
  })

  it('gets into the log through operations that fail', async () => {
    openLog(file, false)
    const folder = await bundleForNode({ worker: 'worker.ts' })
    const { file: historyFile } = temporaryFile()
    const history = await openHistory({
      file: historyFile,
      key: Buffer.from(MARKER.padEnd(32, '!')),
      workerUrl: pathToFileURL(path.join(folder, 'worker.mjs')),
      // As `electron/lifecycle/open-history.ts` sets it up.
      onSlow: log.slow,
      onFailed: log.failed,
      onLost: (error) => log.exception('the history worker', error),
    })
    const names = await failAll(history, MARKER)
    await history.close()
    rmSync(folder, { recursive: true })
    const text = readAll().join('')
    expect(names.filter((name) => !text.includes(`${name} failed with `))).toEqual([])
    expect(text).not.toContain(MARKER)
    expect(existsSync(file)).toBe(true)
  })
})

/** Calls everything with texts, titles, addresses and keys that are `marker`; returns the names of what failed. */
async function failAll(history: History, marker: string): Promise<string[]> {
  const { id: conversationId } = await history.createConversation({
    systemPrompt: marker,
    endpointId: null,
    model: marker,
    now: NOW,
  })
  const names = Object.keys(history).filter((name) => name !== 'close' && name !== 'opened')
  const failed: string[] = []
  const values = [
    { id: marker, conversationId: marker, title: marker, text: marker, url: marker, key: marker, messageId: marker },
    { conversationId, action: { type: 'send', text: marker }, sent: SENT, model: marker, endpointName: { marker } },
    { chunks: [{ messageId: marker, text: marker, reasoning: marker }], endpointId: uuid(), records: [marker] },
    { patch: marker, settings: { [marker]: marker }, conversationId, title: Symbol.for(marker).description },
    undefined,
    marker,
  ]
  for (const name of names) {
    const call = history[name as 'getDraft'] as (args: unknown) => Promise<unknown>
    for (const args of values) {
      await call(args).catch(() => {
        failed.push(name)
      })
    }
  }
  return [...new Set(failed)]
}
