import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { readAttempts, unexpectedAttempts } from '../setup/connect-log.ts'
import { type Keyring, keyringArguments, startKeyring } from '../setup/keyring.ts'
import { appFolder, electronExecutable, type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { alcovePage } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'alcove-egress-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A program that starts the app so that every attempt to reach an address is written down in `traceFile`. */
function tracedExecutable(traceFile: string): string {
  const script = join(folder, 'traced-alcove')
  const addon = process.env.ALCOVE_SQLITE_ADDON
  // -D leaves the app itself as the process that was started, so that it can be ended as usual.
  const strace = `strace -D -f -qq -e trace=connect,sendto,sendmsg,sendmmsg -e signal=none -o '${traceFile}'`
  const lines = [
    '#!/bin/sh',
    ...(addon ? [`export ALCOVE_SQLITE_ADDON='${addon}'`] : []),
    `exec ${strace} '${electronExecutable()}' "$@" '${appFolder}'`,
  ]
  writeFileSync(script, `${lines.join('\n')}\n`, { mode: 0o755 })
  return script
}

/** Every internet address that a traced process tried to reach, as `host:port`, each once. */
function reached(traceFile: string): string[] {
  const addresses = readFileSync(traceFile, 'utf8')
    .split('\n')
    .filter((line) => /sa_family=AF_INET6?\b/.test(line))
    .map((line) => {
      const port = /sin6?_port=htons\((\d+)\)/.exec(line)?.[1]
      const host = /inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"/.exec(line)?.[1]
      return `${host}:${port}`
    })
  return [...new Set(addresses)]
}

describe.runIf(process.platform === 'linux')('the whole process tree', () => {
  it('reaches nothing with the demo, nothing but the endpoint with one, and asks no name server', async () => {
    const fake = await startFakeEndpoint()
    const elsewhere = await startFakeEndpoint({ offLimits: true })
    const traceFile = join(folder, 'trace')
    // Not the log of the test file: what is planted below would fail it.
    const log = join(folder, 'connect-log')
    const executable = tracedExecutable(traceFile)
    const userData = join(folder, 'traced')
    const launched = await launchApp({ executable, userData, env: { ALCOVE_CONNECT_LOG: log } })
    try {
      const page = alcovePage(launched.window)
      await page.openDemo.click()
      await page.sendAndWait('Hello demo')
      expect(reached(traceFile)).toEqual([])

      await launched.window.evaluate(async () => {
        const answer = (await window.bridge.call('endpoints.list', {})) as { value: { id: string }[] }
        for (const { id } of answer.value) await window.bridge.call('endpoints.delete', { endpointId: id })
      })
      await launched.window.reload()
      await page.address.fill(fake.url)
      await page.connect.click()
      await page.emptyTranscript.waitFor()
      await page.sendAndWait('Hello endpoint')
      expect(reached(traceFile)).toEqual([`127.0.0.1:${fake.port}`])

      // Chromium's own network is shut too. Opened by hand, it shows that the watch would have seen it.
      const fetchElsewhere = () =>
        launched.app.evaluate(({ net }, url) => net.fetch(url).then(String, String), elsewhere.url)
      expect(await fetchElsewhere()).toContain('ERR_BLOCKED_BY_CLIENT')
      expect(reached(traceFile)).toEqual([`127.0.0.1:${fake.port}`])
      await launched.app.evaluate(({ session }) => session.defaultSession.webRequest.onBeforeRequest(null))
      await fetchElsewhere()
      expect(reached(traceFile)).toContain(`127.0.0.1:${elsewhere.port}`)
      // What every other test in a real window is held to sees the same.
      expect([...new Set(readAttempts(log).map(({ to }) => to))]).toEqual(reached(traceFile))
      expect(unexpectedAttempts(log)).toContain(`tcp 127.0.0.1:${elsewhere.port}`)
    } finally {
      await launched.close()
      await Promise.all([fake.close(), elsewhere.close()])
    }
  })
})

describe.runIf(process.platform === 'linux')('what rests on the disk', () => {
  const home = join(folder, 'home')
  const userData = join(folder, 'resting')
  const secrets = {
    message: 'aubergine-harbour-51',
    title: 'velvet-lantern-62',
    draft: 'copper-meadow-73',
    systemPrompt: 'saffron-orbit-84',
    key: 'sk-walnut-thunder-95',
  }

  it('gives nothing away, neither while the app runs nor after kill -9, and only its owner may read it', async () => {
    const keyring = await startKeyring(home)
    const fake = await startFakeEndpoint({ key: secrets.key })
    const launched = await launchApp({ userData, env: keyring.env, args: keyringArguments })
    try {
      await writeSecrets(launched, fake)
      const markers = { ...secrets, address: `127.0.0.1:${fake.port}` }
      expect(leaks(markers)).toEqual([])
      const ended = new Promise((resolve) => launched.app.process().once('exit', resolve))
      launched.app.process().kill('SIGKILL')
      await ended
      expect(leaks(markers)).toEqual([])
      // The search itself works: it finds what is really there.
      expect(leaks({ control: 'gnome_libsecret' })).toEqual(['control in keys.json'])
      const names = readdirSync(userData).filter((name) => /^(?:history\.db(?:-wal)?|keys\.json)$/.test(name))
      expect(names.map((name) => [name, (statSync(join(userData, name)).mode & 0o777).toString(8)])).toEqual([
        ['history.db', '600'],
        ['history.db-wal', '600'],
        ['keys.json', '600'],
      ])
    } finally {
      await end(launched, fake, keyring)
    }
  })

  async function writeSecrets({ window: at }: LaunchedApp, fake: FakeEndpoint): Promise<void> {
    const page = alcovePage(at)
    await page.address.fill(fake.url)
    await page.enterKey(secrets.key)
    await page.connect.click()
    await page.emptyTranscript.waitFor()
    await page.setSystemPrompt(secrets.systemPrompt)
    await page.sendAndWait(secrets.message)
    await page.title.getByRole('button').click()
    await at.getByRole('textbox', { name: words.header.titleLabel, exact: true }).fill(secrets.title)
    await at.keyboard.press('Enter')
    const row = page.rows.filter({ hasText: secrets.title })
    const conversationId = await row.getAttribute('data-conversation')
    await page.composer.fill(secrets.draft)
    await expect
      .poll(() => at.evaluate((id) => window.bridge.call('drafts.get', { conversationId: id }), conversationId))
      .toEqual({ ok: true, value: { text: secrets.draft } })
  }

  async function end(launched: LaunchedApp, fake: FakeEndpoint, keyring: Keyring): Promise<void> {
    // After kill -9 there is nothing left to close.
    await launched.close().catch(() => undefined)
    await fake.close()
    await keyring.stop()
  }

  /** Which secrets stand in which files, plain, as UTF-16 or in base64. */
  function leaks(markers: Record<string, string>): string[] {
    return [userData, home].flatMap((root) =>
      filesBelow(root).flatMap((file) => {
        const bytes = readFileSync(join(root, file))
        const found = Object.entries(markers).filter(([, text]) => formsOf(text).some((form) => bytes.includes(form)))
        return found.map(([name]) => `${name} in ${file}`)
      }),
    )
  }
})

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

/** A text as it may stand in a file. In base64 it looks different at each of three places within a group. */
function formsOf(text: string): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('\0'.repeat(shift) + text).toString('base64')
    return Buffer.from(encoded.slice(shift === 0 ? 0 : 4).replace(/.{0,4}$/, ''))
  })
  return [Buffer.from(text), Buffer.from(text, 'utf16le'), ...base64]
}
