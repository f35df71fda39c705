/** Calls what it is given at most ten times a second; what comes in between is dropped. */
export function everyTenthOfASecond(): (tell: () => void) => void {
  let last = Number.NEGATIVE_INFINITY
  return (tell) => {
    const now = performance.now()
    if (now - last < 100) return
    last = now
    tell()
  }
}
