import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeServer, type FakeServerName, startFakeServer } from '../../../tests/fakes/servers/fake-server.ts'
import { type History, openHistory } from '../../history/history.ts'
import { bundleForNode } from '../../history/testing/bundle-for-node.ts'
import { createKeyStore, type KeyStore } from '../../keys/key-store.ts'
import { noKeyring } from '../../keys/testing/fake-keyring.ts'
import { updateSettings } from '../../settings/settings.ts'
import { knownCapabilities, setWindowByHand } from '../capabilities.ts'
import { createEndpoint } from '../saved-endpoints.ts'
import { checkSavedModel, testAddress, testSavedEndpoint } from './saved-model.ts'

const { signal } = new AbortController()
let workerUrl: string
let folder: string
let keys: KeyStore
let history: History
let fake: FakeServer

beforeAll(async () => {
  workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
})
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-servers-'))
  keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  history = await openHistory({ file: path.join(folder, 'history.db'), key: Buffer.alloc(32, 1), workerUrl })
})
afterEach(async () => {
  await fake.close()
  await history.close()
  rmSync(folder, { recursive: true, force: true })
})

async function save(name: FakeServerName, model: string): Promise<string> {
  fake = await startFakeServer(name)
  const fields = { name, kind: 'http', baseUrl: fake.url, defaultModel: model, windowTokens: null, key: null } as const
  return (await createEndpoint(history, keys, fields)).id
}

async function known(endpointId: string, model: string): Promise<Record<string, unknown>> {
  const capabilities = await knownCapabilities(history, endpointId, model)
  return Object.fromEntries(capabilities.map(({ name, value, source }) => [name, [value, source]]))
}

describe('testing a saved endpoint', () => {
  it('measures the window against what the settings need, and keeps it', async () => {
    const id = await save('Ollama', 'qwen3:4b')
    await updateSettings(history, { answerReserveTokens: 8_192 })
    const { window } = await testSavedEndpoint(history, keys, id, signal)
    expect(window).toMatchObject({ model: 'qwen3:4b', tokens: 4_096, source: 'server', neededTokens: 11_131 })
    expect(window?.advice).toMatch(/^7,035 tokens are missing.*OLLAMA_CONTEXT_LENGTH=11264/)
    expect(await known(id, 'qwen3:4b')).toEqual({ window: [4_096, 'server'], 'trained-window': [40_960, 'server'] })
    const unsaved = await testAddress(history, { baseUrl: fake.url, key: null }, signal)
    expect(unsaved.window).toEqual(window)
  })

  it('reckons with a window that was set by hand, unless the server has loaded less', async () => {
    const id = await save('Ollama with nothing loaded', 'qwen3:4b')
    const before = (await testSavedEndpoint(history, keys, id, signal)).window
    expect(before).toMatchObject({ tokens: 4_096, source: 'assumed' })
    expect(before?.advice).toContain('after the first reply')
    await setWindowByHand(history, id, 'qwen3:4b', 16_384)
    const { window } = await testSavedEndpoint(history, keys, id, signal)
    expect(window).toMatchObject({ tokens: 16_384, source: 'user', advice: null })
    await fake.close()
    const loaded = await save('Ollama', 'qwen3:4b')
    await setWindowByHand(history, loaded, 'qwen3:4b', 16_384)
    await updateSettings(history, { answerReserveTokens: 8_192 })
    const tested = (await testSavedEndpoint(history, keys, loaded, signal)).window
    expect(tested).toMatchObject({ tokens: 4_096, source: 'server' })
    expect(tested?.advice).toContain('OLLAMA_CONTEXT_LENGTH')
    await setWindowByHand(history, loaded, 'qwen3:4b', 2_048)
    const smaller = (await testSavedEndpoint(history, keys, loaded, signal)).window
    expect(smaller).toMatchObject({ tokens: 2_048, source: 'user' })
  })
})

describe('checking a saved model', () => {
  it('keeps what it finds and ends with all that is known', async () => {
    const id = await save('llama.cpp', 'qwen3-4b')
    const parts = []
    for await (const part of checkSavedModel(history, keys, { endpointId: id, model: 'qwen3-4b' }, signal))
      parts.push(part)
    expect(parts.slice(0, -1).map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'check-progress'))
    expect(parts.at(-1)).toEqual({
      type: 'check-end',
      capabilities: await knownCapabilities(history, id, 'qwen3-4b'),
    })
    expect(await known(id, 'qwen3-4b')).toMatchObject({
      window: [8_192, 'server'],
      'trained-window': [40_960, 'server'],
      'token-count': ['messages/count_tokens', 'server'],
      images: [false, 'server'],
      streaming: [true, 'learned'],
      'refused-fields': [[], 'learned'],
      cancel: [true, 'learned'],
    })
  })

  it('has kept what it found when it is cancelled', async () => {
    const id = await save('llama.cpp', 'qwen3-4b')
    const cancelling = new AbortController()
    const types = []
    const checking = checkSavedModel(history, keys, { endpointId: id, model: 'qwen3-4b' }, cancelling.signal)
    for await (const part of checking) {
      types.push(part.type)
      if (part.type === 'check-progress' && part.capability === 'streaming') cancelling.abort()
    }
    expect(types).toEqual(['check-progress', 'check-progress'])
    expect(Object.keys(await known(id, 'qwen3-4b'))).toContain('window')
  })
})
