import type { Keyring } from '../secret-box.ts'

/** A keyring whose wrapping is reversible and recognisable; `secret` tells one keyring from another. */
export function fakeKeyring(secret: string, backend = 'gnome_libsecret'): Keyring {
  const mark = `${secret}:`
  const flip = (bytes: Buffer) =>
    Buffer.from(bytes.map((byte, index) => byte ^ (secret.charCodeAt(index % secret.length) & 0x7f)))
  return {
    look: async () => ({ backend, available: true }),
    encrypt: async (text) => Buffer.concat([Buffer.from(mark), flip(Buffer.from(text))]),
    async decrypt(encrypted) {
      if (!encrypted.toString('latin1').startsWith(mark)) throw new Error('not mine')
      return flip(encrypted.subarray(mark.length)).toString()
    },
  }
}

/** What a computer without a keyring has. */
export const noKeyring: Keyring = {
  look: async () => ({ backend: 'basic_text', available: false }),
  encrypt: async () => Promise.reject(new Error('no keyring')),
  decrypt: async () => Promise.reject(new Error('no keyring')),
}
