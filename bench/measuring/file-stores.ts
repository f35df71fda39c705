import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { run } from '../../scripts/run-process.ts'
import { cachedFolder } from '../../scripts/runtime/machine-cache.ts'
import { TEXT } from './messages.ts'

/** A store that keeps every session in one file. */
export interface FileStore {
  name: string
  /** Appends one message to a session that has none yet; `folder` holds what `seedSessions` wrote. */
  open(folder: string, sessions: number): Promise<() => Promise<void>>
}

const manifest = join(import.meta.dirname, '../peers/package.json')
const MESSAGES_EACH = 200

/** Installs the stores into the machine's cache unless they are there, at the versions of `peers/package.json`. */
export async function installFileStores(): Promise<FileStore[]> {
  const version = createHash('sha256').update(readFileSync(manifest)).digest('hex').slice(0, 16)
  const installed = await cachedFolder(`bench-peers-${version}`, async (folder) => {
    await copyFile(manifest, join(folder, 'package.json'))
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error']
    const { code } = await run('npm', ['install', ...options], { cwd: folder })
    if (code !== 0) throw new Error('The stores to compare with could not be installed.')
  })
  const require = createRequire(join(installed, 'package.json'))
  const load: Load = (name) => {
    // A module may keep what it has read once; each store starts as a program does.
    for (const path of Object.keys(require.cache)) if (path.startsWith(installed)) delete require.cache[path]
    return require(name)
  }
  return [lowdb(load), conf(load), langchain(load)]
}

/** Typed by the caller: the app does not have these packages. */
type Load = <Module>(name: string) => Module

function seed(file: string, sessions: number, content: (list: Record<string, object[]>) => object): void {
  const message = { role: 'user', content: TEXT, at: 1_700_000_000_000 }
  const list = Array.from({ length: sessions }, (_, index) => [
    `session-${index}`,
    Array.from({ length: MESSAGES_EACH }, () => message),
  ])
  writeFileSync(file, JSON.stringify(content(Object.fromEntries(list))))
}

interface Sessions {
  sessions: Record<string, object[]>
}

interface Lowdb {
  JSONFilePreset(file: string, otherwise: Sessions): Promise<{ data: Sessions; write(): Promise<void> }>
}

interface ConfModule {
  default: new (options: {
    cwd: string
    configName: string
  }) => {
    get(key: string, otherwise: object[]): object[]
    set(key: string, value: object[]): void
  }
}

interface LangchainStore {
  FileSystemChatMessageHistory: new (options: {
    sessionId: string
    userId: string
    filePath: string
  }) => {
    addMessage(message: object): Promise<void>
  }
}

interface LangchainMessages {
  HumanMessage: new (text: string) => object
}

function lowdb(load: Load): FileStore {
  return {
    name: 'lowdb 7.0.1',
    async open(folder, sessions) {
      const file = join(folder, 'lowdb.json')
      seed(file, sessions, (list) => ({ sessions: list }))
      const { JSONFilePreset } = load<Lowdb>('lowdb/node')
      const db = await JSONFilePreset(file, { sessions: {} })
      const own: object[] = []
      db.data.sessions.own = own
      return async () => {
        own.push({ role: 'user', content: TEXT, at: Date.now() })
        await db.write()
      }
    },
  }
}

function conf(load: Load): FileStore {
  return {
    name: 'conf 16.0.0 (electron-store)',
    async open(folder, sessions) {
      seed(join(folder, 'conf.json'), sessions, (list) => ({ sessions: list }))
      const { default: Conf } = load<ConfModule>('conf')
      const store = new Conf({ cwd: folder, configName: 'conf' })
      return async () => {
        const own = store.get('sessions.own', [])
        store.set('sessions.own', [...own, { role: 'user', content: TEXT, at: Date.now() }])
      }
    },
  }
}

function langchain(load: Load): FileStore {
  return {
    name: '@langchain/community 1.1.29 FileSystemChatMessageHistory',
    async open(folder, sessions) {
      const file = join(folder, 'langchain.json')
      const stored = { type: 'human', data: { content: TEXT, additional_kwargs: {}, response_metadata: {} } }
      seed(file, sessions, (list) => ({
        user: Object.fromEntries(Object.entries(list).map(([id, of]) => [id, { messages: of.map(() => stored) }])),
      }))
      const { FileSystemChatMessageHistory } = load<LangchainStore>('@langchain/community/stores/message/file_system')
      const { HumanMessage } = load<LangchainMessages>('@langchain/core/messages')
      const history = new FileSystemChatMessageHistory({ sessionId: 'own', userId: 'user', filePath: file })
      return () => history.addMessage(new HumanMessage(TEXT))
    },
  }
}
