import { Worker } from 'node:worker_threads'
import { AppError, fromWireError, toWireError } from '../../../shared/errors.ts'
import type { KeyChange } from './change-key.ts'
import type { FromKeyChange, StoredKeyStep, ToKeyChange } from './change-key-protocol.ts'

interface ChangeKeyInThreadArgs extends Record<StoredKeyStep, () => Promise<void>> {
  /** Of the bundled `change-key-worker.ts`; a string is a path. */
  workerUrl: URL | string
  file: string
  /** The key that opens it now, and the one that will: 32 bytes each; copied. */
  key: Uint8Array
  newKey: Uint8Array
  nativeBinding?: string | undefined
}

/**
 * `changeKey` in a thread of its own; what concerns the stored keys is called here. Throws like it, and
 * `key-change-failed` when the thread ends before it says how it went: the stored keys then tell at the next opening.
 */
export async function changeKeyInThread(args: ChangeKeyInThreadArgs): Promise<KeyChange> {
  const worker = new Worker(args.workerUrl, { name: 'change-key' })
  const [key, newKey] = [new Uint8Array(args.key).buffer, new Uint8Array(args.newKey).buffer]
  const post = (message: ToKeyChange, transfer: readonly ArrayBuffer[] = []) => worker.postMessage(message, transfer)
  try {
    return await new Promise<KeyChange>((resolve, reject) => {
      worker.on('message', (message: FromKeyChange) => {
        if (message.type === 'changed') resolve(message.change)
        else if (message.type === 'failed') reject(fromWireError(message.error))
        else void run(args[message.step]).then((error) => post({ type: 'stepped', error }))
      })
      worker.once('error', (cause) => reject(ended(cause)))
      worker.once('exit', (code) => reject(ended(new Error(`the thread ended with code ${code}`))))
      const { file, nativeBinding } = args
      post({ type: 'change', file, key, newKey, nativeBinding }, [key, newKey])
    })
  } finally {
    await worker.terminate()
  }
}

async function run(step: () => Promise<void>) {
  try {
    await step()
    return null
  } catch (error) {
    return toWireError(error)
  }
}

function ended(cause: unknown): AppError {
  const message = 'Changing the key was cut off. Your history is whole; try again.'
  return new AppError('key-change-failed', message, { cause, retryable: true })
}
