/** The thread that changes a key: copying and checking a whole history takes seconds, and no window may wait for it. */
import { once } from 'node:events'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { fromWireError, toWireError } from '../../../shared/errors.ts'
import { changeKey } from './change-key.ts'
import type { FromKeyChange, StoredKeyStep, ToKeyChange } from './change-key-protocol.ts'

if (!parentPort) throw new Error('the key change runs as a worker thread only')
await serve(parentPort)

/** Serves one change, then lets the thread end. */
async function serve(port: MessagePort): Promise<void> {
  const order = await receive(port)
  if (order.type !== 'change') throw new Error('a key change begins with its order')
  const { file, nativeBinding } = order
  const [key, newKey] = [new Uint8Array(order.key), new Uint8Array(order.newKey)]
  const ask = (step: StoredKeyStep) => () => stepInMain(port, step)
  try {
    const stored = { keepNext: ask('keepNext'), promote: ask('promote'), drop: ask('drop') }
    tell(port, { type: 'changed', change: await changeKey({ file, key, newKey, nativeBinding, ...stored }) })
  } catch (error) {
    tell(port, { type: 'failed', error: toWireError(error) })
  } finally {
    key.fill(0)
    newKey.fill(0)
  }
}

async function stepInMain(port: MessagePort, step: StoredKeyStep): Promise<void> {
  const answer = receive(port)
  tell(port, { type: 'step', step })
  const stepped = await answer
  if (stepped.type === 'stepped' && stepped.error) throw fromWireError(stepped.error)
}

async function receive(port: MessagePort): Promise<ToKeyChange> {
  const [message] = (await once(port, 'message')) as [ToKeyChange]
  return message
}

function tell(port: MessagePort, message: FromKeyChange): void {
  port.postMessage(message)
}
