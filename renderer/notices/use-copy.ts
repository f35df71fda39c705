import { useEffect, useState } from 'react'
import { call } from '../bridge.ts'
import { showError } from './show-error.ts'

const COPIED_MS = 1_600

/** Copies a text through main; `isCopied` is true for a moment afterwards. */
export function useCopy(text: string): { isCopied: boolean; copy: () => void } {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = () => void call('app.copyText', { text }).then(() => setCopied(true), showError)
  return { isCopied, copy }
}
