import type { Page } from 'playwright'
import type { CallInput, CallName, CallOutput } from '../../shared/contract-types.ts'

/** Calls main as the window does. Throws an error that begins with the code when main refuses. */
export async function bridgeCall<Name extends CallName>(
  window: Page,
  name: Name,
  input: CallInput<Name>,
): Promise<CallOutput<Name>> {
  const answer = await window.evaluate(([called, given]) => globalThis.window.bridge.call(called, given), [
    name,
    input,
  ] as const)
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
  return answer.value as CallOutput<Name>
}
