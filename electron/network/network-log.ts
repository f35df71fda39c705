import type { ConnectionPurpose, NetworkConnection } from '../../shared/record-types.ts'

/** How many connections are kept one by one; the totals go on counting. */
const KEPT = 1_000
/** Between two announcements: a reply being streamed would otherwise bring hundreds a second. */
const ANNOUNCE_MS = 500

type Outcome = Exclude<NetworkConnection['outcome'], 'open'>

/** One connection, as the code that makes it tells of it. */
export interface ConnectionRecord {
  /** The connection stands; `address` is the one that the socket really has, the proxy's where there is one. */
  connected(address: string): void
  sent(bytes: number): void
  received(bytes: number): void
  /** The first call counts. */
  end(outcome: Outcome): void
}

const connections: NetworkConnection[] = []
const totals = { total: 0, sentBytes: 0, receivedBytes: 0 }
const listeners = new Set<() => void>()
let waiting: NodeJS.Timeout | null = null
let hasChanged = false

/**
 * Notes a connection that is about to be tried. The log lives in memory alone: nothing of it is stored, and it ends with
 * the program. The demo endpoint is no connection and is not in it.
 */
export function recordConnection(
  made: Pick<NetworkConnection, 'host' | 'endpointName'> & { purpose: ConnectionPurpose },
): ConnectionRecord {
  totals.total += 1
  const entry: NetworkConnection = {
    id: totals.total,
    host: made.host,
    address: null,
    endpointName: made.endpointName,
    purpose: made.purpose,
    sentBytes: 0,
    receivedBytes: 0,
    startedAt: Date.now(),
    endedAt: null,
    outcome: 'open',
  }
  connections.push(entry)
  if (connections.length > KEPT) connections.shift()
  announce()
  return {
    connected(address) {
      entry.address = address
      announce()
    },
    sent(bytes) {
      entry.sentBytes += bytes
      totals.sentBytes += bytes
      announce()
    },
    received(bytes) {
      entry.receivedBytes += bytes
      totals.receivedBytes += bytes
      announce()
    },
    end(outcome) {
      if (entry.endedAt !== null) return
      entry.outcome = outcome
      entry.endedAt = Date.now()
      announce()
    },
  }
}

/** Every connection since the start, the newest first, at most 1,000, and what all of them carried, in bytes. */
export function listConnections(): { connections: NetworkConnection[] } & typeof totals {
  return { connections: connections.map((entry) => ({ ...entry })).reverse(), ...totals }
}

/** Calls `listener` when the log has changed, at most twice a second. Answers with what ends that. */
export function watchConnections(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function announce(): void {
  hasChanged = true
  if (waiting === null) tellListeners()
}

function tellListeners(): void {
  waiting = null
  if (!hasChanged) return
  hasChanged = false
  // Before the listeners: one of them may make a connection itself.
  waiting = setTimeout(tellListeners, ANNOUNCE_MS).unref()
  for (const listener of listeners) listener()
}
