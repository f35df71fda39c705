import { useCallback, useEffect, useRef, useState } from 'react'
import type { CallInput, CallName, CallOutput, PushName } from '../../shared/contract-types.ts'
import type { AppError } from '../../shared/errors.ts'
import { call, onPush } from '../bridge.ts'
import { asAppError } from './app-state.ts'

export interface ServerData<T> {
  /** Null until the first answer; kept while it is read again. */
  data: T | null
  error: AppError | null
  reload: () => void
}

/** Answers of one call, read again on the named push, if one is named. `input` must not change while mounted. */
export function useServerData<N extends CallName>(
  name: N,
  input: CallInput<N>,
  push: PushName | null,
): ServerData<CallOutput<N>> {
  const [data, setData] = useState<CallOutput<N> | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const fixedInput = useRef(input)
  const newest = useRef(0)

  const reload = useCallback(() => {
    newest.current += 1
    const turn = newest.current
    const isCurrent = () => turn === newest.current
    call(name, fixedInput.current).then(
      (value) => {
        if (!isCurrent()) return
        setData(value)
        setError(null)
      },
      (cause: unknown) => isCurrent() && setError(asAppError(cause)),
    )
  }, [name])

  useEffect(() => {
    reload()
    const stop = push ? onPush(push, reload) : null
    return () => {
      stop?.()
      newest.current += 1
    }
  }, [push, reload])

  return { data, error, reload }
}
