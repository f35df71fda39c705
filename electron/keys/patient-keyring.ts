import { AppError } from '../../shared/errors.ts'
import type { StoredSecret } from './key-file.ts'
import { inFile, type Keyring, unwrapSecret, wrapSecret } from './secret-box.ts'

/** A keyring whose silence ends: a person is told, and its answer still counts when it comes. */
export interface PatientKeyring {
  /** Wraps; a keyring that does not answer in time counts as none. */
  wrap(secret: string): Promise<StoredSecret>
  /** Throws like `unwrapSecret`, or `keyring-silent` while the question stays open: asking again does not ask twice. */
  unwrap(stored: StoredSecret): Promise<string>
}

interface Patience {
  answerMs: number
  /** The keyring answered after `keyring-silent` was told; the next `unwrap` has the answer at once. */
  onLateAnswer(): void
}

const SILENT = Symbol('no answer yet')

export function beingPatient(keyring: Keyring, { answerMs, onLateAnswer }: Patience): PatientKeyring {
  const asked = new Map<string, Promise<string>>()
  const told = new Set<string>()

  async function inTime<T>(answer: Promise<T>): Promise<T | typeof SILENT> {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<typeof SILENT>((resolve) => {
      timer = setTimeout(() => resolve(SILENT), answerMs)
    })
    return await Promise.race([answer, silence]).finally(() => clearTimeout(timer))
  }

  /** Once for each question, however often it is asked meanwhile. */
  function tellWhenAnswered(question: string, answer: Promise<string>): void {
    if (told.has(question)) return
    told.add(question)
    const tell = () => {
      told.delete(question)
      onLateAnswer()
    }
    answer.then(tell, tell)
  }

  return {
    async wrap(secret) {
      const wrapping = wrapSecret(keyring, secret)
      const wrapped = await inTime(wrapping)
      if (wrapped !== SILENT) return wrapped
      wrapping.catch(() => undefined)
      return inFile(secret)
    },
    async unwrap(stored) {
      if (stored.protection === 'file') return stored.value
      const answer = asked.get(stored.value) ?? unwrapSecret(keyring, stored)
      asked.set(stored.value, answer)
      try {
        const text = await inTime(answer)
        if (text !== SILENT) {
          asked.delete(stored.value)
          return text
        }
      } catch (error) {
        asked.delete(stored.value)
        throw error
      }
      tellWhenAnswered(stored.value, answer)
      throw silent()
    },
  }
}

function silent(): AppError {
  return new AppError(
    'keyring-silent',
    'The keyring of this computer has not answered. Look for a window that asks for its password; your history opens as soon as it answers. Or enter your recovery code. Nothing was changed.',
    { retryable: true },
  )
}
