import type { Settings } from '../../shared/record-types.ts'
import * as records from '../../shared/records.ts'
import type { History } from '../history/history.ts'

const DEFAULTS: Settings = {
  defaultSystemPrompt: '',
  defaultEndpointId: null,
  lastMessages: 20,
  answerReserveTokens: 1024,
  sampling: {},
  thisMachineOnly: false,
  proxyUrl: null,
  titles: 'model',
  backgroundEndpointId: null,
  backgroundModel: null,
}

/** The settings with content, which live in the encrypted history. A stored value that is not valid reads as its default. */
export async function readSettings(history: History): Promise<Settings> {
  const stored = await history.getSettings({})
  const settings: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, schema] of Object.entries(records.Settings.shape)) {
    const parsed = schema.safeParse(stored[name])
    if (parsed.success) settings[name] = parsed.data
  }
  return settings as Settings
}

/** Stores the changed ones and returns all. */
export async function updateSettings(history: History, changes: Partial<Settings>): Promise<Settings> {
  await history.setSettings({ values: changes })
  return readSettings(history)
}
