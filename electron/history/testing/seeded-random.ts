/** Numbers that are the same for the same seed, on every machine. */
export interface SeededRandom {
  /** From 0 up to 1, without 1. */
  share(): number
  /** A whole number from 0 up to `below`, without it. */
  below(below: number): number
  isOneIn(count: number): boolean
  pick<Value>(values: readonly Value[]): Value
  /** Lognormal: half of the values are under `median`; a `spread` of 1 makes about one in six over 2.7 times of it. */
  lognormal(median: number, spread: number): number
  bytes(count: number): Uint8Array
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, fast, good enough to make texts and trees of. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  function share(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(share() * limit)
  return {
    share,
    below,
    isOneIn: (count) => below(count) === 0,
    pick: <Value>(values: readonly Value[]) => values[below(values.length)] as Value,
    // Box and Muller's way from two even shares to a normal one.
    lognormal: (median, spread) =>
      median * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share())),
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  }
}
