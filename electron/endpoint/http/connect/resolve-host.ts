import { promises as dns, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'

export type Lookup = (hostname: string) => Promise<LookupAddress[]>

/** The system's own resolver, as browsers use it: it knows the hosts file and the names of the local network. */
const systemLookup: Lookup = (hostname) => dns.lookup(hostname, { all: true, order: 'verbatim' })

let lookup = systemLookup

/** Makes tests resolve names with another resolver; null is the system's again. */
export function resolveHostsWith(other: Lookup | null): void {
  lookup = other ?? systemLookup
}

/**
 * Every address of a host, asked for once: who connects uses these and never asks again, or the second answer could be
 * another computer (DNS rebinding). `hostname` is without brackets. Throws what the resolver throws (`ENOTFOUND`).
 */
export async function resolveHost(hostname: string): Promise<LookupAddress[]> {
  const family = isIP(hostname)
  return family === 0 ? await lookup(hostname) : [{ address: hostname, family }]
}
