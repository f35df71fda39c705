import { BlockList, isIPv6 } from 'node:net'

// A rule for IPv4 also meets the same address written as IPv6 (`::ffff:127.0.0.1`).
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an IP address (without brackets) is this computer itself: 127.0.0.0/8, ::1 or ::ffff:127.0.0.0/104. */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
