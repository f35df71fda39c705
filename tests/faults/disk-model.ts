/** What a disk may hold after the power failed: replays a log of operations and knows at each point what was made durable. */
import { constants, lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Operation } from './operation-log.ts'

/** One write or truncation that no sync has made durable. */
export type Change = { type: 'write'; offset: number; data: Buffer } | { type: 'truncate'; size: number }

export interface ModelFile {
  /** As of its last sync. */
  durable: Buffer
  pending: Change[]
}

type Node = ModelFile | 'folder'

/** Absolute path to what it names. */
export type Names = Map<string, Node>

/** One change of names; durable once `folder` is synced. */
export interface NameChange {
  folder: string
  /** The name that it is about. */
  path: string
  apply(names: Names): void
}

export interface DiskModel {
  durableNames: Names
  pendingNames: NameChange[]
  play(operation: Operation): void
}

/** What lies in `start` is durable at the beginning, under the name `folder` that the log has for it. */
export function createDiskModel(start: string, folder: string = start): DiskModel {
  const durableNames = readFolder(start, folder)
  const names = new Map(durableNames)
  const opened = new Map<string, { node: Node; path: string }>()
  const pendingNames: NameChange[] = []

  function changeNames(name: string, apply: (names: Names) => void): void {
    apply(names)
    pendingNames.push({ folder: path.dirname(name), path: name, apply })
  }

  function sync(handle: string): void {
    const found = opened.get(handle)
    if (!found) return
    if (found.node !== 'folder') {
      found.node.durable = applyChanges(found.node.durable, found.node.pending)
      found.node.pending = []
      return
    }
    const ofFolder = pendingNames.filter((change) => change.folder === found.path)
    for (const change of ofFolder) change.apply(durableNames)
    pendingNames.splice(0, pendingNames.length, ...pendingNames.filter((change) => change.folder !== found.path))
  }

  function change(handle: string | undefined, name: string, made: Change): void {
    const node = handle === undefined ? names.get(name) : opened.get(handle)?.node
    if (node !== undefined && node !== 'folder') node.pending.push(made)
  }

  function open({ path: name, handle, flags, made }: Extract<Operation, { kind: 'open' }>): void {
    if (made) {
      const node: ModelFile = { durable: Buffer.alloc(0), pending: [] }
      changeNames(name, (all) => all.set(name, node))
    }
    const node = names.get(name)
    if (node === undefined) return
    if (!made && flags & constants.O_TRUNC && node !== 'folder') node.pending.push({ type: 'truncate', size: 0 })
    opened.set(handle, { node, path: name })
  }

  return {
    durableNames,
    pendingNames,
    play(operation) {
      if (operation.kind === 'open') open(operation)
      else if (operation.kind === 'close') opened.delete(operation.handle)
      else if (operation.kind === 'sync') sync(operation.handle)
      else if (operation.kind === 'write') {
        const { handle, offset, data } = operation
        change(handle, '', { type: 'write', offset, data })
      } else if (operation.kind === 'truncate') {
        change(operation.handle, operation.path, { type: 'truncate', size: operation.size })
      } else if (operation.kind === 'mkdir') changeNames(operation.path, (all) => all.set(operation.path, 'folder'))
      else if (operation.kind === 'unlink') changeNames(operation.path, (all) => all.delete(operation.path))
      else if (operation.kind === 'link') linkName(operation)
      else if (operation.kind === 'rename') changeNames(operation.to, moveName(operation))
    },
  }

  function linkName({ path: from, to }: { path: string; to: string }): void {
    const node = names.get(from)
    if (node !== undefined) changeNames(to, (all) => all.set(to, node))
  }

  /** Of what the name stands for now, so that a later life of either name is not moved. */
  function moveName({ path: from, to }: { path: string; to: string }): (all: Names) => void {
    const moved = [...names].filter(([name]) => name === from || name.startsWith(`${from}/`))
    return (all) => {
      for (const [name, node] of moved) {
        all.delete(name)
        all.set(to + name.slice(from.length), node)
      }
    }
  }
}

export function applyChanges(start: Buffer, changes: readonly Change[]): Buffer {
  const sizes = changes.map((made) => (made.type === 'write' ? made.offset + made.data.length : made.size))
  const space = Buffer.alloc(Math.max(start.length, ...sizes))
  start.copy(space)
  let size = start.length
  for (const made of changes) {
    if (made.type === 'write') {
      made.data.copy(space, made.offset)
      size = Math.max(size, made.offset + made.data.length)
    } else {
      // What grows again after a truncation is zeros.
      if (made.size < size) space.fill(0, made.size, size)
      size = made.size
    }
  }
  return space.subarray(0, size)
}

function readFolder(start: string, folder: string): Names {
  const names: Names = new Map([[folder, 'folder']])
  for (const entry of readdirSync(start, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(start, entry)
    const node: Node = lstatSync(file).isDirectory() ? 'folder' : { durable: readFileSync(file), pending: [] }
    names.set(path.join(folder, entry), node)
  }
  return names
}
