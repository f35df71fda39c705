import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { asAppError } from '../../shell/app-state.ts'

const PAUSE_MS = 500

export interface SavedText {
  text: string
  onChange: (text: string) => void
  onBlur: () => void
  status: 'idle' | 'saved'
  error: string | null
}

interface SavedTextOptions {
  /** As stored; shown until the person types. */
  saved: string
  save: (text: string) => Promise<unknown>
  /** The sentence to show beside the field, or null when the text can be saved. */
  check?: (text: string) => string | null
}

/**
 * A field that saves itself: after a pause in typing, on leaving it and when the page goes. What does not pass the
 * check stays in the field with its sentence and is not saved.
 */
export function useSavedText({ saved, save, check }: SavedTextOptions): SavedText {
  const [draft, setDraft] = useState<string | null>(null)
  const [status, setStatus] = useState<SavedText['status']>('idle')
  const [error, setError] = useState<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const newest = useRef({ draft, saved, save, check })
  useLayoutEffect(() => {
    newest.current = { ...newest.current, saved, save, check }
  })

  const flush = useCallback(async () => {
    clearTimeout(timer.current)
    const { draft: text, saved: known, save: store, check: rule } = newest.current
    if (text === null) return
    if (text === known) return setDraft((current) => (current === text ? null : current))
    const refusal = rule?.(text) ?? null
    setError(refusal)
    if (refusal !== null) return
    try {
      await store(text)
      if (newest.current.draft === text) newest.current.draft = null
      setDraft((current) => (current === text ? null : current))
      setStatus('saved')
    } catch (cause) {
      setError(asAppError(cause).message)
    }
  }, [])

  useEffect(() => () => void flush(), [flush])

  const onChange = (text: string) => {
    newest.current.draft = text
    setDraft(text)
    setStatus('idle')
    setError(null)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void flush(), PAUSE_MS)
  }
  return { text: draft ?? saved, onChange, onBlur: () => void flush(), status, error }
}
