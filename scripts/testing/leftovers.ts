import { readdirSync, readFileSync } from 'node:fs'

/**
 * Ends every process that was started with the variable `name=value`, by its id: daemons that outlive the suite which
 * started them hold the display and the pipes open.
 */
export function endMarkedProcesses(name: string, value: string): number {
  if (process.platform !== 'linux') return 0
  const marked = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && hasVariable(entry, `${name}=${value}`))
  for (const id of marked) endProcess(Number(id))
  return marked.length
}

function hasVariable(id: string, assignment: string): boolean {
  try {
    return Number(id) !== process.pid && readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(assignment)
  } catch {
    // Gone meanwhile, or of another user: not ours.
    return false
  }
}

function endProcess(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
