import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { stopProcess } from './run-process.ts'

export type VirtualDisplay = { display: string; stop(): Promise<void> }

/** Starts an X server of our own that shows nothing, on a free display that it chooses itself. */
export async function startVirtualDisplay(identity: { uid?: number; gid?: number } = {}): Promise<VirtualDisplay> {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true, ...identity })
  const failure = once(server, 'exit').then(() => {
    throw new Error('Xvfb ended at once: is another one in the way?')
  })
  const [number] = await Promise.race([once(server.stdio[3] as Readable, 'data'), failure])
  failure.catch(() => undefined)
  return { display: `:${String(number).trim()}`, stop: () => stopProcess(server) }
}
