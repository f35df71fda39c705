/** Chooses what of the unsynced a power failure left behind, and lays it out as a folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { applyChanges, type Change, type DiskModel, type ModelFile, type NameChange, type Names } from './disk-model.ts'

/** What became of each write that no sync had followed; `torn` is `subset` with one write broken at a sector. */
export const FATES = ['kept', 'dropped', 'prefix', 'subset', 'torn'] as const

type Fate = (typeof FATES)[number]

export interface CrashChoice {
  writes: Fate
  names: Exclude<Fate, 'torn'>
}

/** Numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number

const SECTOR_BYTES = 512

/** Mulberry32: small, and good enough to choose with. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random() * values.length)] as Value
}

export interface LayOutOptions {
  /** The folder that was logged. */
  from: string
  /** The folder that takes its place. */
  target: string
  choice: CrashChoice
  random: Random
  /** Files by path. The shared memory of a write-ahead log is nothing that anybody syncs, or that SQLite trusts. */
  leaveOut?: RegExp
}

/** Writes one possible state of the disk into `target`. */
export function layOutCrashState(
  disk: DiskModel,
  { from, target, choice, random, leaveOut = /-shm$/ }: LayOutOptions,
): void {
  const names: Names = new Map(disk.durableNames)
  for (const change of chooseNames(disk.pendingNames, choice.names, random)) change.apply(names)
  const torn = choice.writes === 'torn' ? pickTorn(names, random) : undefined
  for (const [name, node] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // A file in a folder whose own making was lost is lost with it.
    if (name !== from && names.get(path.dirname(name)) !== 'folder') continue
    const place = path.join(target, path.relative(from, name))
    if (node === 'folder') mkdirSync(place, { recursive: true })
    else if (!leaveOut.test(name))
      writeFileSync(place, applyChanges(node.durable, survivors(node, choice, torn, random)))
  }
}

/** Changes of one name keep their order; of different names any may have reached the disk. */
function chooseNames(pending: readonly NameChange[], fate: CrashChoice['names'], random: Random): NameChange[] {
  if (fate === 'kept') return [...pending]
  if (fate === 'dropped') return []
  if (fate === 'prefix') return pending.slice(0, Math.floor(random() * (pending.length + 1)))
  const lost = new Set<string>()
  return pending.filter((change) => {
    if (random() < 0.5) lost.add(change.path)
    return !lost.has(change.path)
  })
}

function pickTorn(names: Names, random: Random): Change | undefined {
  const writes = [...names.values()].flatMap((node) => (node === 'folder' ? [] : node.pending))
  return writes.length > 0 ? pick(writes, random) : undefined
}

function survivors(node: ModelFile, { writes }: CrashChoice, torn: Change | undefined, random: Random): Change[] {
  const { pending } = node
  if (writes === 'kept') return pending
  if (writes === 'dropped') return []
  if (writes === 'prefix') return pending.slice(0, Math.floor(random() * (pending.length + 1)))
  return pending.flatMap((change) => {
    if (change === torn && change.type === 'write') return tear(change, random)
    return random() < 0.5 ? [change] : []
  })
}

/** Each sector of the disk that the write covers either has its new bytes or its former ones. */
function tear({ offset, data }: Extract<Change, { type: 'write' }>, random: Random): Change[] {
  const parts: Change[] = []
  for (let start = 0; start < data.length; ) {
    const end = Math.min(data.length, start + SECTOR_BYTES - ((offset + start) % SECTOR_BYTES))
    if (random() < 0.5) parts.push({ type: 'write', offset: offset + start, data: data.subarray(start, end) })
    start = end
  }
  return parts
}
