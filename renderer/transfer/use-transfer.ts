import { useEffect, useRef, useState } from 'react'
import type { StreamInput, StreamPart } from '../../shared/contract-types.ts'
import type { AppError } from '../../shared/errors.ts'
import { type OpenStream, openStream } from '../bridge.ts'
import { asAppError } from '../shell/app-state.ts'

type TransferName = 'transfer.export' | 'transfer.import'

/**
 * `choosing` while main's own file dialog is open, `ended` once the stream is over: with its last part, or without
 * any when the person closed that dialog.
 */
export interface Transfer<N extends TransferName> {
  phase: 'idle' | 'choosing' | 'running' | 'ended' | 'cancelled' | 'failed'
  first: StreamPart<N> | null
  latest: StreamPart<N> | null
  error: AppError | null
}

const idle = { phase: 'idle', first: null, latest: null, error: null } as const

/** One export or import at a time; leaving the dialog cancels it. */
export function useTransfer<N extends TransferName>(name: N) {
  const [transfer, setTransfer] = useState<Transfer<N>>(idle)
  const stream = useRef<OpenStream | null>(null)
  useEffect(() => () => stream.current?.stop(), [])

  const start = async (input: StreamInput<N>) => {
    setTransfer({ ...idle, phase: 'choosing' })
    const opened = openStream(name, input, (part) =>
      setTransfer((known) => ({ ...known, phase: 'running', first: known.first ?? part, latest: part })),
    )
    stream.current = opened
    try {
      await opened.done
      setTransfer((known) => {
        if (known.phase === 'running') return { ...known, phase: 'ended' }
        return known.phase === 'choosing' ? idle : known
      })
    } catch (cause) {
      setTransfer((known) => ({ ...known, phase: 'failed', error: asAppError(cause) }))
    }
  }
  const cancel = () => {
    setTransfer((known) => ({ ...known, phase: 'cancelled' }))
    stream.current?.stop()
  }
  return { transfer, start, cancel, reset: () => setTransfer(idle) }
}
