const MOST = 16
const LONGEST = 500

/** Stop sequences from one line each; `\n` in a line stands for a line feed, which a line cannot hold. */
export function readStops(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.replaceAll('\\n', '\n'))
}

/** The same as lines. */
export function writeStops(stops: readonly string[]): string {
  return stops.map((stop) => stop.replaceAll('\n', '\\n')).join('\n')
}

/** Whether the lines are few and short enough. */
export function checkStops(text: string): boolean {
  const stops = readStops(text)
  return stops.length <= MOST && stops.every((stop) => stop.length <= LONGEST)
}
