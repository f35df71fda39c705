/** Salvaging as main does it: the history is closed, saved into a new file that takes its place, and opened again. */

import { type BulkWorker, type BulkWorkerOptions, startBulkWorker } from '../transfer/bulk.ts'
import type { SalvagePart } from '../transfer/bulk-protocol.ts'

interface SalvageParts {
  /** Where the history is, and the worker that reads it. */
  place: Omit<BulkWorkerOptions, 'key'>
  keys: { openWithStoredKey(file: string, open: (key: Buffer) => Promise<void>): Promise<unknown> }
  holder: { whileClosed<Result>(work: () => Promise<Result>): Promise<Result> }
}

/**
 * Ends after 'salvage-end'; by then the salvaged history is open. Aborting `signal` cancels, and then, or when it throws,
 * the damaged history is as it was. Throws what `salvage` throws, and why the key cannot be had.
 */
export async function* salvageHistory(
  { place, keys, holder }: SalvageParts,
  signal: AbortSignal,
): AsyncGenerator<SalvagePart> {
  const parts = createQueue<SalvagePart>()
  const work = holder
    .whileClosed(async () => {
      await keys.openWithStoredKey(place.file, async (key) => {
        const bulk = startBulkWorker({ ...place, key })
        await runTo(bulk, signal, parts.add)
      })
    })
    .then(
      () => parts.end(),
      (error: unknown) => parts.end(error),
    )
  let last: SalvagePart | undefined
  for await (const part of parts.read()) {
    // The end is told once the salvaged history can be used.
    if (part.type === 'salvage-end') last = part
    else yield part
  }
  await work
  if (last) yield last
}

async function runTo(bulk: BulkWorker, signal: AbortSignal, add: (part: SalvagePart) => void): Promise<void> {
  try {
    for await (const part of bulk.salvage({ signal })) add(part)
  } finally {
    await bulk.close()
  }
}

/** What one side adds, the other reads; an error at the end is thrown there. */
function createQueue<Part>() {
  const waiting: Part[] = []
  let ended: { error: unknown } | undefined
  let wake = (): void => undefined
  return {
    add(part: Part): void {
      waiting.push(part)
      wake()
    },
    end(error?: unknown): void {
      ended = { error }
      wake()
    },
    async *read(): AsyncGenerator<Part> {
      for (;;) {
        for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) yield part
        if (ended?.error !== undefined) throw ended.error
        if (ended) return
        await new Promise<void>((resolve) => {
          wake = resolve
          if (waiting.length > 0 || ended) resolve()
        })
      }
    },
  }
}
