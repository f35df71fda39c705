import { createSocket } from 'node:dgram'
import { promises as dns, type LookupAddress } from 'node:dns'
import { once } from 'node:events'

export interface FakeDns {
  /** Every name that was asked for, oldest first. */
  asked: string[]
  /** The IPv4 addresses of the next answers, one answer each; the last one stays. */
  answerWith(...answers: readonly (readonly string[])[]): void
  /** Asks this server over UDP. */
  lookup(hostname: string): Promise<LookupAddress[]>
  close(): void
}

/** A DNS server on 127.0.0.1 (RFC 1035, section 4.1) that says of every name what it is told to, never twice the same if so told. */
export async function startFakeDns(): Promise<FakeDns> {
  const asked: string[] = []
  let answers: (readonly string[])[] = [[]]
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    asked.push(nameIn(query))
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? []
    socket.send(answerTo(query, addresses), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new dns.Resolver({ timeout: 2_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return {
    asked,
    answerWith(...given) {
      answers = [...given]
    },
    lookup: async (hostname) => (await resolver.resolve4(hostname)).map((address) => ({ address, family: 4 })),
    close: () => socket.close(),
  }
}

const HEADER_BYTES = 12

/** Where the question ends: its name, then two bytes of type and two of class. */
function endOfQuestion(query: Buffer): number {
  let at = HEADER_BYTES
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) at += length + 1
  return at + 5
}

function nameIn(query: Buffer): string {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'))
    at += length + 1
  }
  return labels.join('.')
}

function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  query.copy(header, 0, 0, 2)
  // An answer, recursion desired and available; code 3 where there is no such name.
  header.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses.length, 6)
  const records = addresses.map((address) =>
    // The name of the question again (a pointer to byte 12), type A, class IN, no seconds to live, four bytes.
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  )
  return Buffer.concat([header, query.subarray(HEADER_BYTES, endOfQuestion(query)), ...records])
}
