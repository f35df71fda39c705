import type { Sampling } from '../../shared/record-types.ts'
import { SAMPLING_NAMES } from '../../shared/sampling-names.ts'

/** Whether a server that refuses these names does not take the setting at all. */
export function isRefused(name: keyof Sampling, refused: readonly string[]): boolean {
  return SAMPLING_NAMES[name].every((wire) => refused.includes(wire))
}

/** Those of the refused names that mean a setting is lost: not one of two where the other was taken. */
export function lostNames(refused: readonly string[]): string[] {
  const isTaken = (wire: string) =>
    Object.values(SAMPLING_NAMES).some(
      (wires) => wires.includes(wire) && wires.some((other) => !refused.includes(other)),
    )
  return refused.filter((wire) => !isTaken(wire))
}
