import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Compiles a library for LD_PRELOAD, once for each version of its C source. Needs a C compiler. Returns its path. */
export function compileLibrary(source: string): string {
  const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16)
  const folder = path.join(os.tmpdir(), `alcove-faults-${os.userInfo().uid}`)
  const library = path.join(folder, `${version}.so`)
  if (existsSync(library)) return library
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unfinished = `${library}.${process.pid}`
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', unfinished, source])
  // Another process may compile at the same time.
  renameSync(unfinished, library)
  return library
}
