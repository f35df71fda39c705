// Looks for a key where it must never be: in every form that it takes somewhere in the app.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { toRecoveryCode } from '../../electron/keys/recovery/recovery-code.ts'

/** Each form of a key by its name, as a string of single-byte characters. */
function formsOf(key: Buffer): Record<string, string> {
  const code = toRecoveryCode(key)
  const bare = code.replaceAll('-', '')
  return {
    raw: key.toString('latin1'),
    hex: key.toString('hex'),
    HEX: key.toString('hex').toUpperCase(),
    base64: key.toString('base64').replace(/=+$/, ''),
    base64url: key.toString('base64url'),
    code,
    'code in small letters': code.toLowerCase(),
    'code without hyphens': bare,
    'small code without hyphens': bare.toLowerCase(),
  }
}

/** The names of the forms that `text` holds. */
export function tracesIn(text: string, key: Buffer): string[] {
  return Object.entries(formsOf(key)).flatMap(([name, form]) => (text.includes(form) ? name : []))
}

/** The files below `folder` that hold the key in any form, by their paths from there. */
export function tracesInFiles(folder: string, key: Buffer): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
  return files.filter((name) => tracesIn(readFileSync(join(folder, name)).toString('latin1'), key).length > 0)
}

/** Everything that V8 holds in the page after a collection, as DevTools writes it down. */
export async function heapOf(window: Page): Promise<string> {
  const session = await window.context().newCDPSession(window)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('')
}

interface ProcessTraces {
  /** How many processes were looked at. */
  processes: number
  /** Of how many the environment could be read; a sandboxed one hides it. */
  environments: number
  found: string[]
}

/** Looks into the command line and the environment of a process and all below it (Linux). */
export function tracesInProcesses(root: number, key: Buffer): ProcessTraces {
  const result: ProcessTraces = { processes: 0, environments: 0, found: [] }
  for (const pid of withDescendants(root)) {
    result.processes += 1
    for (const part of ['cmdline', 'environ']) {
      try {
        const text = readFileSync(`/proc/${pid}/${part}`).toString('latin1')
        if (part === 'environ' && text !== '') result.environments += 1
        result.found.push(...tracesIn(text, key).map((form) => `${pid} ${part}: ${form}`))
      } catch {
        // It has ended, or it is sandboxed.
      }
    }
  }
  return result
}

function withDescendants(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has ended.
    }
  }
  const isBelow = (pid: number | undefined): boolean => pid !== undefined && (pid === root || isBelow(parents.get(pid)))
  return [...parents.keys()].filter(isBelow)
}
