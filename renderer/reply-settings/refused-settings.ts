import type { Sampling } from '../../shared/record-types.ts'

/** The names on the wire; where there are two, both are sent, and a server takes the one that it knows. */
const WIRE_NAMES: { [N in keyof Required<Sampling>]: readonly string[] } = {
  temperature: ['temperature'],
  topP: ['top_p'],
  topK: ['top_k'],
  minP: ['min_p'],
  presencePenalty: ['presence_penalty'],
  frequencyPenalty: ['frequency_penalty'],
  repeatPenalty: ['repeat_penalty', 'repetition_penalty'],
  maxTokens: ['max_tokens'],
  seed: ['seed'],
  stop: ['stop'],
  reasoningEffort: ['reasoning_effort'],
}

/** Whether a server that refuses these names does not take the setting at all. */
export function isRefused(name: keyof Sampling, refused: readonly string[]): boolean {
  return WIRE_NAMES[name].every((wire) => refused.includes(wire))
}

/** Those of the refused names that mean a setting is lost: not one of two where the other was taken. */
export function lostNames(refused: readonly string[]): string[] {
  const isTaken = (wire: string) =>
    Object.values(WIRE_NAMES).some((wires) => wires.includes(wire) && wires.some((other) => !refused.includes(other)))
  return refused.filter((wire) => !isTaken(wire))
}
