import type { FileConversation, FileMessage } from './alcove-format.ts'

/** How long the history may be held by one slice, so that a person's own message never waits noticeably. */
const AIM_MS = 10

const FIRST_UNITS = 100
const FEWEST_UNITS = 25
const MOST_UNITS = 2_000

/** Sizes the slices of an import by how long the former ones took: disks and computers differ by a factor of a hundred. */
export function createPace() {
  let units = FIRST_UNITS
  return {
    /** What the next slice may hold; see `unitsOf`. */
    limit: () => units,
    took(usedUnits: number, elapsedMs: number): void {
      const fitting = (usedUnits * AIM_MS) / Math.max(elapsedMs, 0.1)
      // A slow one may have been a single slow write, and a small one tells little of what a large one would take.
      const next = fitting < units ? Math.max(fitting, units / 2) : Math.min(fitting, units * 1.5)
      if (fitting < units || usedUnits * 2 >= units) units = Math.min(Math.max(next, FEWEST_UNITS), MOST_UNITS)
    },
  }
}

/** About the work of storing it: a message takes as long as a further 1,024 characters do. */
export function unitsOf({ text, reasoning = '', sentText = '' }: FileMessage): number {
  return 1 + (text.length + reasoning.length + sentText.length) / 1_024
}

export function unitsOfAll({ messages, rawImport = '' }: FileConversation): number {
  return messages.reduce((sum, message) => sum + unitsOf(message), 1 + rawImport.length / 1_024)
}
