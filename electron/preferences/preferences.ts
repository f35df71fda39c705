import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import Store from 'electron-store'
import { z } from 'zod'
import type { Preferences } from '../../shared/record-types.ts'
import * as records from '../../shared/records.ts'

/** Where the window was, in device-independent pixels. */
export const WindowPlace = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1).max(100_000),
  height: z.int().min(1).max(100_000),
  maximized: z.boolean(),
})
export type WindowPlace = z.infer<typeof WindowPlace>

/** The whole preferences file. Strict, so that nothing with content can slip in unnoticed. */
const PreferencesFile = z.strictObject({
  preferences: records.Preferences.strict(),
  windowPlace: WindowPlace.nullable(),
})
type PreferencesFile = z.infer<typeof PreferencesFile>

const DEFAULTS: PreferencesFile = {
  preferences: {
    theme: 'system',
    language: 'system',
    textSize: 15,
    sidebarWidth: 272,
    sidebarOpen: true,
    enterSends: true,
    checkForUpdates: false,
    recoveryCodeSaved: false,
    recoveryReminderAt: 0,
  },
  windowPlace: null,
}

export interface PreferenceStore {
  get(): Preferences
  update(changes: Partial<Preferences>): Preferences
  getWindowPlace(): WindowPlace | null
  setWindowPlace(place: WindowPlace): void
  /** True when a damaged file was put aside and the defaults are in use. */
  readonly wasReset: boolean
}

/**
 * Opens `preferences.json` in `folder` (electron-store). A file that is not valid is kept beside it as
 * `preferences.damaged-<n>.json` and the defaults are used; a value missing from an older version takes its default.
 */
export function openPreferences(folder: string): PreferenceStore {
  let wasReset = false
  const open = () => new Store<PreferencesFile>({ cwd: folder, name: 'preferences', clearInvalidConfig: false })
  const readValid = (): { store: Store<PreferencesFile>; file: PreferencesFile } => {
    const store = open()
    const raw = store.store as Partial<PreferencesFile>
    const merged = { ...DEFAULTS, ...raw, preferences: { ...DEFAULTS.preferences, ...raw.preferences } }
    return { store, file: PreferencesFile.parse(merged) }
  }

  let opened: ReturnType<typeof readValid>
  try {
    opened = readValid()
  } catch {
    putAside(path.join(folder, 'preferences.json'))
    wasReset = true
    opened = readValid()
  }

  const { store } = opened
  let { file } = opened
  const save = (next: PreferencesFile) => {
    file = PreferencesFile.parse(next)
    store.store = file
  }
  return {
    get: () => file.preferences,
    update(changes) {
      save({ ...file, preferences: { ...file.preferences, ...changes } })
      return file.preferences
    },
    getWindowPlace: () => file.windowPlace,
    setWindowPlace: (windowPlace) => save({ ...file, windowPlace }),
    wasReset,
  }
}

function putAside(file: string): void {
  if (!existsSync(file)) return
  for (let number = 1; ; number++) {
    const aside = file.replace(/\.json$/, `.damaged-${number}.json`)
    if (existsSync(aside)) continue
    renameSync(file, aside)
    return
  }
}
