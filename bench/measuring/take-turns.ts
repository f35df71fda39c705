import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** As long as the history works off what a hundred messages leave to be indexed. */
const QUIET_MS = 500

export interface Way {
  name: string
  /** Done before each call, not measured. */
  before?(): unknown
  /** One thing done; what it returns is awaited and not kept. */
  run(): unknown
  /** How often in a round; the number given for all where absent. */
  perRound?: number
}

export interface Measured {
  name: string
  /** Milliseconds of each call, by round. */
  rounds: number[][]
  /** Median CPU of a call in microseconds, of this process with all its threads. */
  cpuUs: number
  /** Mean KiB that a call gives to write calls, writing back of the log included. */
  writtenKib: number
}

/** Measures ways in turns, round by round, so that a slow moment of the machine or its disk meets all of them. */
export async function takeTurns(
  ways: readonly Way[],
  turns: { rounds: number; perRound: number },
): Promise<Measured[]> {
  const kept = ways.map((way) => ({ way, rounds: [] as number[][], cpu: [] as number[], written: 0 }))
  for (let round = 0; round < turns.rounds; round += 1) {
    for (const one of kept) {
      // What the one before left to be done in quiet moments is not counted as this one's.
      await setTimeout(QUIET_MS)
      const times: number[] = []
      for (let turn = 0; turn < (one.way.perRound ?? turns.perRound); turn += 1) {
        await one.way.before?.()
        const written = writtenBytes()
        const cpu = process.cpuUsage()
        const start = performance.now()
        await one.way.run()
        times.push(performance.now() - start)
        const used = process.cpuUsage(cpu)
        one.cpu.push(used.user + used.system)
        one.written += writtenBytes() - written
      }
      one.rounds.push(times)
    }
  }
  return kept.map(({ way, rounds, cpu, written }) => ({
    name: way.name,
    rounds,
    cpuUs: quantile(cpu, 0.5),
    writtenKib: written / cpu.length / 1024,
  }))
}

/** The median over rounds of how many times slower than `floor` a way is by its median. */
export function ratio({ rounds }: Measured, floor: Measured | undefined): number {
  const ratios = rounds.map((round, index) => quantile(round, 0.5) / quantile(floor?.rounds[index] ?? [], 0.5))
  return quantile(ratios, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** What this process has given to write calls; 0 where the system does not count. */
function writtenBytes(): number {
  if (process.platform !== 'linux') return 0
  return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}
