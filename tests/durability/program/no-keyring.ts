import type { Keyring } from '../../../electron/keys/secret-box.ts'

/** A system without a keyring: keys rest in their file. */
export const noKeyring: Keyring = {
  look: async () => ({ backend: 'basic_text', available: false }),
  encrypt: async () => {
    throw new Error('there is no keyring')
  },
  decrypt: async () => {
    throw new Error('there is no keyring')
  },
}
