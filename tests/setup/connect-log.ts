/** The test's side of `connect-shim.c`: what the programs that a test started tried to reach, and what they may. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileLibrary } from '../faults/compile-library.ts'

/** One attempt, successful or not. `to` is `host:port`, or for `name` what a name server may have been asked for. */
export interface Attempt {
  pid: number
  kind: 'tcp' | 'udp' | 'name'
  to: string
}

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1']
/** Named in /etc/hosts, so that no name server is asked. */
const LOCAL_NAMES = ['localhost:0']

/** Variables that make every program started with them write down in `log` what it tries to reach. Linux only. */
export function connectLogEnvironment(log: string): Record<string, string> {
  const library = compileLibrary(join(import.meta.dirname, 'connect-shim.c'))
  const others = (process.env.LD_PRELOAD ?? '').split(':').filter((other) => other !== '' && other !== library)
  return { LD_PRELOAD: [library, ...others].join(':'), ALCOVE_CONNECT_LOG: log }
}

/** From now on the programs of this test file may reach this port of this computer. */
export function allowPort(port: number): void {
  const log = process.env.ALCOVE_CONNECT_LOG
  if (log !== undefined) appendFileSync(log, `${process.pid} allow :${port}\n`)
}

/** Every attempt so far, oldest first. */
export function readAttempts(log: string | undefined = process.env.ALCOVE_CONNECT_LOG): Attempt[] {
  return readLines(log).filter((line): line is Attempt => line.kind !== 'allow')
}

/** What was tried although it had not been allowed by then, each once, as `tcp 192.0.2.1:80`. */
export function unexpectedAttempts(log: string | undefined = process.env.ALCOVE_CONNECT_LOG): string[] {
  const allowed = new Set(LOCAL_NAMES)
  const unexpected = new Set<string>()
  for (const { kind, to } of readLines(log)) {
    if (kind === 'allow') for (const host of LOOPBACK) allowed.add(host + to)
    else if (kind === 'udp' || !allowed.has(to)) unexpected.add(`${kind} ${to}`)
  }
  return [...unexpected]
}

/** Throws where something was reached that the test had not allowed. */
export function expectOnlyAllowed(log: string | undefined = process.env.ALCOVE_CONNECT_LOG): void {
  const unexpected = unexpectedAttempts(log)
  if (unexpected.length > 0) throw new Error(`Reached what no test allowed: ${unexpected.join(', ')}`)
}

function readLines(log: string | undefined): (Attempt | { kind: 'allow'; to: string })[] {
  if (log === undefined || !existsSync(log)) return []
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [pid, kind, ...to] = line.split(' ')
      return { pid: Number(pid), kind: kind as Attempt['kind'], to: to.join(' ') }
    })
}
