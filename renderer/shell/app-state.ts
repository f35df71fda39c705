import { create } from 'zustand'
import { AppError } from '../../shared/errors.ts'
import type { AppState } from '../../shared/record-types.ts'
import { call, onPush } from '../bridge.ts'

interface AppStateStore {
  /** Null until main has answered once. */
  state: AppState | null
  /** Main could not even answer. */
  error: AppError | null
}

/** What main says about itself and the history; follows `app.stateChanged`. */
export const useAppState = create<AppStateStore>(() => ({ state: null, error: null }))

/** Reads the state and keeps it fresh; returns the function that stops. */
export function watchAppState(): () => void {
  const stop = onPush('app.stateChanged', (state) => useAppState.setState({ state, error: null }))
  void take(call('app.getState', {}))
  return stop
}

/** Whether the history can be read but not changed. */
export function useIsReadOnly(): boolean {
  return useAppState(({ state }) => state?.history.state === 'open' && state.history.readOnly)
}

/** Asks main to open the history again, e.g. after the person has mounted the disk. */
export function retryHistory(): Promise<void> {
  return take(call('app.retryHistory', {}))
}

async function take(answer: Promise<AppState>): Promise<void> {
  try {
    useAppState.setState({ state: await answer, error: null })
  } catch (cause) {
    useAppState.setState({ error: asAppError(cause) })
  }
}

/** Any thrown value as the error to show; what is not an `AppError` is a fault of the window itself. */
export function asAppError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause
  return new AppError('unexpected', String(cause), { cause })
}
