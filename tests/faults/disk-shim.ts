/** The test's side of `disk-shim.c`: compiles it, says what it shall log and fail, and reads its log. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { compileLibrary } from './compile-library.ts'

const source = path.join(import.meta.dirname, 'disk-shim.c')

/** Which calls count; the bits of `enum class` in the library. */
const classBits = {
  open: 1,
  read: 2,
  write: 4,
  sync: 8,
  truncate: 16,
  unlink: 32,
  rename: 64,
  mkdir: 128,
  link: 256,
  allocate: 512,
  map: 1024,
} as const

export type CallClass = keyof typeof classBits

export interface Fault {
  classes: readonly CallClass[]
  /** The n-th call of these classes fails, counted from 1 and from now. */
  nth: number
  error: keyof typeof os.constants.errno
  /** Whether the calls after it fail too. */
  forever?: boolean
}

export interface FaultOptions {
  /** Absolute path of the folder that is looked at; what lies elsewhere is not. */
  folder: string
  /** Receives the log of operations; appended to. */
  log?: string
  /** A file of `armFault`. */
  control?: string
  /** What the program writes to this file is logged as marks, in the order of the operations. It may lie anywhere. */
  marks?: string
}

/** The variables that put a child process on the library. io_uring would pass by it. */
export function faultEnvironment({ folder, log, control, marks }: FaultOptions): Record<string, string> {
  return {
    LD_PRELOAD: [compileLibrary(source), process.env.LD_PRELOAD].filter(Boolean).join(':'),
    UV_USE_IO_URING: '0',
    ALCOVE_FAULTS_DIR: folder,
    ...(log && { ALCOVE_FAULTS_LOG: log }),
    ...(control && { ALCOVE_FAULTS_CONTROL: control }),
    ...(marks && { ALCOVE_FAULTS_MARKS: marks }),
  }
}

const CONTROL_BYTES = 24

/**
 * Says which call shall fail, or with `undefined` that none shall, and sets both counts to 0. The file must have been
 * written once before the program starts; then it may be changed at any time, by the program itself as well.
 */
export function armFault(control: string, fault: Fault | undefined): void {
  const bytes = Buffer.alloc(CONTROL_BYTES)
  if (fault) {
    bytes.writeUInt32LE(
      fault.classes.reduce((bits, name) => bits | classBits[name], 0),
      0,
    )
    bytes.writeUInt32LE(fault.nth, 4)
    bytes.writeUInt32LE(os.constants.errno[fault.error], 8)
    bytes.writeUInt32LE(fault.forever ? 1 : 0, 12)
  }
  // Never truncated: the library has the file in its memory.
  writeFileSync(control, bytes, { flag: existsSync(control) ? 'r+' : 'w' })
}

/** How many calls of the armed classes were seen, and how many of them failed. */
export function readFaultCounts(control: string): { seen: number; failed: number } {
  const bytes = readFileSync(control)
  return { seen: bytes.readUInt32LE(16), failed: bytes.readUInt32LE(20) }
}
