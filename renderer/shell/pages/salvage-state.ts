import { create } from 'zustand'
import type { StreamPart } from '../../../shared/contract-types.ts'
import type { AppError } from '../../../shared/errors.ts'
import { type OpenStream, openStream } from '../../bridge.ts'
import { asAppError } from '../app-state.ts'

type Part = StreamPart<'history.salvage'>
export type SalvageReport = Extract<Part, { type: 'salvage-end' }>['report']

interface SalvageState {
  /** Anything but `idle` has the whole window. */
  phase: 'idle' | 'offered' | 'running' | 'ended' | 'failed'
  /** From 0 to 1; null before the first page. */
  progress: number | null
  report: SalvageReport | null
  error: AppError | null
}

const idle: SalvageState = { phase: 'idle', progress: null, report: null, error: null }

/** Salvaging goes on whatever the history's own state is meanwhile: it is closed and opened again on the way. */
export const useSalvage = create<SalvageState>(() => idle)

let stream: OpenStream | undefined

export function offerSalvage(): void {
  useSalvage.setState({ ...idle, phase: 'offered' })
}

export async function startSalvage(): Promise<void> {
  useSalvage.setState({ ...idle, phase: 'running' })
  const opened = openStream('history.salvage', {}, receive)
  stream = opened
  try {
    await opened.done
  } catch (cause) {
    if (stream === opened) useSalvage.setState({ ...idle, phase: 'failed', error: asAppError(cause) })
  }
}

/** What was there stays as it was. */
export function cancelSalvage(): void {
  stream?.stop()
  leaveSalvage()
}

export function leaveSalvage(): void {
  stream = undefined
  useSalvage.setState(idle)
}

function receive(part: Part): void {
  if (part.type === 'salvage-end') useSalvage.setState({ phase: 'ended', report: part.report })
  else useSalvage.setState({ progress: part.total > 0 ? part.pages / part.total : null })
}
