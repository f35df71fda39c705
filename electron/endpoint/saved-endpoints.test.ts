import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { type History, openHistory } from '../history/history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { createKeyStore, type KeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { previewPrompt } from '../memory/preview.ts'
import { readSettings } from '../settings/settings.ts'
import {
  accessEndpoint,
  createEndpoint,
  deleteEndpoint,
  listEndpoints,
  listSavedModels,
  updateEndpoint,
} from './saved-endpoints.ts'

const fields = { name: 'One', kind: 'http' as const, defaultModel: null, windowTokens: null }
let workerUrl: string
let folder: string
let keys: KeyStore
let history: History

beforeAll(async () => {
  workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
})
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-endpoints-'))
  keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  history = await openHistory({ file: path.join(folder, 'history.db'), key: Buffer.alloc(32, 1), workerUrl })
})
afterEach(async () => {
  await history.close()
  rmSync(folder, { recursive: true, force: true })
})

const create = (baseUrl: string, key: string | null = 'sk-secret') =>
  createEndpoint(history, keys, { ...fields, baseUrl, key })

describe('saved endpoints', () => {
  it('never show their key, only that there is one', async () => {
    const endpoint = await create('http://127.0.0.1:8080')
    expect(endpoint).toEqual({
      ...fields,
      id: endpoint.id,
      baseUrl: 'http://127.0.0.1:8080/v1',
      streaming: true,
      waits: {},
      certificate: null,
      hasKey: true,
    })
    expect(await listEndpoints(history, keys)).toEqual([endpoint])
    expect((await accessEndpoint(history, keys, endpoint.id)).key).toBe('sk-secret')
  })

  it.each([
    'http://127.0.0.1:8081/v1',
    'http://localhost:8080/v1',
    'https://127.0.0.1:8080/v1',
    'http://evil.example:8080/v1',
  ])('lose their key when the address moves to another origin: %s', async (baseUrl) => {
    const { id } = await create('http://127.0.0.1:8080/v1')
    expect((await updateEndpoint(history, keys, { endpointId: id, baseUrl })).hasKey).toBe(false)
    expect((await accessEndpoint(history, keys, id)).key).toBeNull()
    expect(readFileSync(path.join(folder, 'keys.json'), 'utf8')).not.toContain('sk-secret')
  })

  it('lose the certificate that was accepted for them on the way as well, and keep it otherwise', async () => {
    const { id } = await create('https://127.0.0.1:8080/v1')
    const certificate = 'ab'.repeat(32)
    await updateEndpoint(history, keys, { endpointId: id, certificate })
    await updateEndpoint(history, keys, { endpointId: id, baseUrl: 'https://127.0.0.1:8080/engines/v1' })
    expect((await accessEndpoint(history, keys, id)).certificate).toBe(certificate)
    await updateEndpoint(history, keys, { endpointId: id, baseUrl: 'https://127.0.0.1:9000/v1' })
    expect((await accessEndpoint(history, keys, id)).certificate).toBeNull()
  })

  it('keep their key when only the path or the name changes, and take a new one with a new address', async () => {
    const { id } = await create('http://127.0.0.1:8080/v1')
    await updateEndpoint(history, keys, { endpointId: id, baseUrl: 'http://127.0.0.1:8080/engines/v1', name: 'Two' })
    expect((await accessEndpoint(history, keys, id)).key).toBe('sk-secret')
    await updateEndpoint(history, keys, { endpointId: id, baseUrl: 'http://127.0.0.1:9000/v1', key: 'sk-new' })
    expect((await accessEndpoint(history, keys, id)).key).toBe('sk-new')
  })

  it('refuse an address that is none and leave everything as it was', async () => {
    await expect(create('not an address')).rejects.toMatchObject({ code: 'endpoint-address-invalid' })
    expect(await listEndpoints(history, keys)).toEqual([])
  })

  it('make the first one the default, and the next one when that is deleted', async () => {
    const first = await create('http://127.0.0.1:8080/v1')
    const second = await create('http://127.0.0.1:8081/v1')
    expect((await readSettings(history)).defaultEndpointId).toBe(first.id)
    await deleteEndpoint(history, keys, first.id)
    expect((await readSettings(history)).defaultEndpointId).toBe(second.id)
    expect(keys.hasEndpointKey(first.id)).toBe(false)
    await deleteEndpoint(history, keys, second.id)
    expect((await readSettings(history)).defaultEndpointId).toBeNull()
  })
})

describe('what would be sent', () => {
  it('says how the window is known: assumed, then as the model list told, then as set by hand', async () => {
    const fake = await startFakeEndpoint({ contextTokens: 8_192 })
    try {
      const { id: endpointId } = await create(fake.url, null)
      const ids = { id: uuid(), endpointId: null, model: null, now: 1 }
      const { id: conversationId } = await history.createConversation({ ...ids, systemPrompt: 'Be brief.' })
      const preview = async () => {
        const { windowTokens, windowSource, sentMessages } = await previewPrompt(history, {
          conversationId,
          text: 'Hi',
        })
        return [windowTokens, windowSource, sentMessages]
      }
      expect(await preview()).toEqual([4_096, 'assumed', 1])
      await listSavedModels(history, keys, endpointId, new AbortController().signal)
      expect(await preview()).toEqual([8_192, 'server', 1])
      await updateEndpoint(history, keys, { endpointId, windowTokens: 2_048 })
      expect(await preview()).toEqual([2_048, 'user', 1])
    } finally {
      await fake.close()
    }
  })
})

describe('settings', () => {
  it('read as their default where what is stored is not valid', async () => {
    await history.setSettings({ values: { lastMessages: 'many', answerReserveTokens: 512, unknown: 1 } })
    expect(await readSettings(history)).toEqual({
      defaultSystemPrompt: '',
      defaultEndpointId: null,
      lastMessages: 20,
      answerReserveTokens: 512,
      sampling: {},
      thisMachineOnly: false,
      proxyUrl: null,
      titles: 'model',
      backgroundEndpointId: null,
      backgroundModel: null,
    })
  })
})
