import { useEffect, useRef, useState } from 'react'
import type { StreamPart } from '../../../shared/contract-types.ts'
import type { AppError } from '../../../shared/errors.ts'
import { type OpenStream, openStream } from '../../bridge.ts'
import { asAppError } from '../../shell/app-state.ts'

type CheckProgress = Extract<StreamPart<'endpoints.check'>, { type: 'check-progress' }>

export interface Check {
  phase: 'idle' | 'running' | 'ended' | 'cancelled' | 'failed'
  progress: CheckProgress | null
  error: AppError | null
}

const idle: Check = { phase: 'idle', progress: null, error: null }

/** Tries out one model at a time; leaving the page cancels. `onEnd` is called when something new may be known. */
export function useCheck(endpointId: string, model: string, onEnd: () => void) {
  const [check, setCheck] = useState<Check>(idle)
  const stream = useRef<OpenStream | null>(null)
  useEffect(() => () => stream.current?.stop(), [])

  const start = async () => {
    setCheck({ ...idle, phase: 'running' })
    const opened = openStream('endpoints.check', { endpointId, model }, (part) => {
      if (part.type === 'check-progress') setCheck((known) => ({ ...known, progress: part }))
    })
    stream.current = opened
    try {
      await opened.done
      setCheck((known) => (known.phase === 'running' ? { ...known, phase: 'ended' } : known))
    } catch (cause) {
      setCheck((known) => ({ ...known, phase: 'failed', error: asAppError(cause) }))
    }
    // What was learned before a failure or a cancel is kept too.
    onEnd()
  }
  const cancel = () => {
    setCheck((known) => ({ ...known, phase: 'cancelled' }))
    stream.current?.stop()
  }
  return { check, start, cancel }
}
