const running = new Map<string, Set<Promise<void>>>()

export interface Turn {
  /** Another reply of ours from the same origin had not ended when this one began. */
  isBehind: boolean
  /** Resolves when all of those have ended. */
  free: Promise<unknown>
  leave(): void
}

/**
 * Notes that a reply from `origin` begins. Most local servers write one reply at a time and let others wait without a
 * word, so silence behind one of our own says nothing about the server's health.
 */
export function joinQueue(origin: string): Turn {
  const others = running.get(origin) ?? new Set()
  const ahead = [...others]
  let tellLeft: () => void = () => undefined
  const left = new Promise<void>((resolve) => {
    tellLeft = resolve
  })
  running.set(origin, others.add(left))
  return {
    isBehind: ahead.length > 0,
    free: Promise.all(ahead),
    leave() {
      others.delete(left)
      if (others.size === 0 && running.get(origin) === others) running.delete(origin)
      tellLeft()
    },
  }
}
