/** Chromium refuses to run as root with its sandbox on. An ordinary user always gets the sandbox. */
export function sandboxArguments(isRoot = process.getuid?.() === 0): string[] {
  if (!isRoot) return []
  console.log("Running as root: Chromium's sandbox is off. Run as an ordinary user to have it on.")
  return ['--no-sandbox']
}
