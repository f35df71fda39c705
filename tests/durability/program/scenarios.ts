/** What a person does, as the store sees it. Each says what it was told is kept. */
import type { History } from '../../../electron/history/history.ts'
import type { KeyStore } from '../../../electron/keys/key-store.ts'
import type { Random } from '../../faults/crash-state.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import { backUpHistory } from './back-up-history.ts'
import { changeKeys } from './change-keys.ts'
import { chat } from './chat.ts'
import { deleteAndErase } from './delete-and-erase.ts'
import { importFiles } from './import-files.ts'

export interface Stage {
  history: History
  file: string
  folder: string
  /** A folder beside the data folder. */
  outside: string
  keys: KeyStore
  /** Opens the history again, with the key that is stored. */
  open(): Promise<History>
  say(acknowledgement: Acknowledgement): void
  random: Random
  rounds: number
}

/** Each gives back the history that is open at its end. */
type Scenario = (stage: Stage) => Promise<History>

export const scenarios = {
  chat,
  import: importFiles,
  delete: deleteAndErase,
  backup: backUpHistory,
  'key change': changeKeys,
  /** Opening is all: the folder holds a history of a former schema. */
  migration: async ({ history }) => history,
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios
