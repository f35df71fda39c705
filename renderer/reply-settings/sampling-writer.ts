import type { Sampling } from '../../shared/record-types.ts'

type Save = (sampling: Sampling) => Promise<unknown>

export interface SamplingWriter {
  /** Saves one setting beside the others as they were saved last; null takes it out. Throws what `save` throws. */
  put<N extends keyof Sampling>(name: N, value: Sampling[N] | null, save: Save): Promise<void>
  /** All settings were taken back. */
  reset(): void
}

/**
 * Saves settings one by one, all of them each time. What is shown comes back from main later than the next field may be
 * saved, so that it is no base for that; nobody else writes these settings meanwhile.
 */
export function createSamplingWriter(initial: Sampling): SamplingWriter {
  let newest = initial
  return {
    async put(name, value, save) {
      const former = newest[name] ?? null
      newest = withSetting(newest, name, value)
      try {
        await save(newest)
      } catch (error) {
        newest = withSetting(newest, name, former)
        throw error
      }
    },
    reset() {
      newest = {}
    },
  }
}

function withSetting<N extends keyof Sampling>(sampling: Sampling, name: N, value: Sampling[N] | null): Sampling {
  const { [name]: _former, ...rest } = sampling
  return value === null ? rest : { ...rest, [name]: value }
}
