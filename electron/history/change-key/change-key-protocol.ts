import type { WireError } from '../../../shared/errors.ts'
import type { KeyChange } from './change-key.ts'

/** What only main can do with the stored keys. */
export type StoredKeyStep = 'keepNext' | 'promote' | 'drop'

interface ChangeKeyOrder {
  file: string
  /** 32 bytes each. */
  key: ArrayBuffer
  newKey: ArrayBuffer
  nativeBinding: string | undefined
}

export type ToKeyChange = ({ type: 'change' } & ChangeKeyOrder) | { type: 'stepped'; error: WireError | null }

export type FromKeyChange =
  | { type: 'step'; step: StoredKeyStep }
  | { type: 'changed'; change: KeyChange }
  | { type: 'failed'; error: WireError }
