/** Reads what `disk-shim.c` logged. */
import { readFileSync } from 'node:fs'

interface Common {
  /** Position in the log, from 0. */
  index: number
  pid: number
  /** Monotonic, in ms. */
  atMs: number
}

/** `handle` is one opening of a file by one process, never reused; paths are absolute. */
export type Operation = Common &
  (
    | { kind: 'open'; handle: string; path: string; flags: number; made: boolean }
    | { kind: 'write'; handle: string; offset: number; data: Buffer }
    | { kind: 'truncate'; handle: string | undefined; path: string; size: number }
    | { kind: 'sync'; handle: string; dataOnly: boolean }
    | { kind: 'rename' | 'link'; path: string; to: string }
    | { kind: 'unlink' | 'mkdir'; path: string }
    | { kind: 'allocate' | 'map'; handle: string; offset: number; length: number }
    | { kind: 'close'; handle: string }
    | { kind: 'mark'; text: string }
    | { kind: 'fault'; path: string; errno: number }
  )

const MAGIC = 0xa1c0fa17
const HEADER_BYTES = 56

/** The operations in the order in which they happened. A log that was cut by a kill ends with its last whole record. */
export function readOperationLog(file: string): Operation[] {
  const bytes = readFileSync(file)
  const operations: Operation[] = []
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const record = readRecord(bytes, at)
    if (record.end > bytes.length) break
    operations.push({ index: operations.length, pid: record.pid, atMs: record.atMs, ...toOperation(record) })
    at = record.end
  }
  return operations
}

type Body = Operation extends infer One ? (One extends Common ? Omit<One, keyof Common> : never) : never

/** `struct record` of the library, with what follows it. */
function readRecord(bytes: Buffer, at: number) {
  if (bytes.readUInt32LE(at) !== MAGIC) throw new Error(`no record at byte ${at} of the log of operations`)
  const kind = bytes.readUInt32LE(at + 4)
  const pid = bytes.readUInt32LE(at + 8)
  const length = Number(bytes.readBigUInt64LE(at + 24))
  const firstAt = at + HEADER_BYTES
  const secondAt = firstAt + bytes.readUInt32LE(at + 40)
  const dataAt = secondAt + bytes.readUInt32LE(at + 44)
  const hasData = kind === 2 || kind === 12
  const end = dataAt + (hasData ? length : 0)
  return {
    kind,
    pid,
    handle: `${pid}:${bytes.readUInt32LE(at + 12)}`,
    offset: Number(bytes.readBigInt64LE(at + 16)),
    length,
    atMs: Number(bytes.readBigUInt64LE(at + 32)) / 1e6,
    flags: bytes.readUInt32LE(at + 48),
    path: bytes.toString('utf8', firstAt, secondAt),
    second: bytes.toString('utf8', secondAt, dataAt),
    data: bytes.subarray(dataAt, end),
    end,
  }
}

function toOperation({ kind, handle, offset, length, flags, path, second, data }: ReturnType<typeof readRecord>): Body {
  switch (kind) {
    case 1:
      return { kind: 'open', handle, path, flags, made: offset === 1 }
    case 2:
      return { kind: 'write', handle, offset, data }
    case 3:
      return { kind: 'truncate', handle: path ? undefined : handle, path, size: offset }
    case 4:
      return { kind: 'sync', handle, dataOnly: offset === 1 }
    case 5:
      return { kind: 'rename', path, to: second }
    case 6:
      return { kind: 'unlink', path }
    case 7:
      return { kind: 'mkdir', path }
    case 8:
      return { kind: 'link', path, to: second }
    case 9:
      return { kind: 'allocate', handle, offset, length }
    case 10:
      return { kind: 'map', handle, offset, length }
    case 11:
      return { kind: 'close', handle }
    case 12:
      return { kind: 'mark', text: data.toString('utf8') }
    case 13:
      return { kind: 'fault', path, errno: flags }
    default:
      throw new Error(`the log of operations has a record of kind ${kind}`)
  }
}
