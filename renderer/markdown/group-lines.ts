const LINES_IN_GROUP = 40

/** Cuts code into groups of 40 lines whose texts joined are the code; only the last group changes while it grows. */
export function groupLines(code: string): string[] {
  const groups: string[] = []
  let start = 0
  let lines = 0
  for (let end = code.indexOf('\n'); end !== -1; end = code.indexOf('\n', end + 1)) {
    lines += 1
    if (lines < LINES_IN_GROUP) continue
    groups.push(code.slice(start, end + 1))
    start = end + 1
    lines = 0
  }
  if (start < code.length || groups.length === 0) groups.push(code.slice(start))
  return groups
}
