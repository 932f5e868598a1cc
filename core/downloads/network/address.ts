import { BlockList, isIP } from 'node:net'

/**
 * IPv4 blocks that are not for the public internet, from the special-purpose registry of RFC 6890 and its updates:
 * this host, private, carrier's NAT, loopback, link-local (and the clouds' metadata), benchmarks, documentation,
 * multicast and reserved.
 */
const closed4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** IPv6: of the one block for public use, the parts set aside (protocols and Teredo, documentation, 6to4). */
const open6 = ['2000::', 3] as const
const closed6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

/** Blocks whose last 32 bits are an IPv4 address: mapped ones, and those of NAT64, which phones' networks use. */
const embedding: readonly (readonly [string, number])[] = [
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
]

const blocks4 = new BlockList()
for (const [network, prefix] of closed4) blocks4.addSubnet(network, prefix, 'ipv4')
const public6 = new BlockList()
public6.addSubnet(...open6, 'ipv6')
const blocks6 = new BlockList()
for (const [network, prefix] of closed6) blocks6.addSubnet(network, prefix, 'ipv6')
const embedding6 = new BlockList()
for (const [network, prefix] of embedding) embedding6.addSubnet(network, prefix, 'ipv6')

/** Whether an IP address belongs to the public internet. Anything that is not an IP address does not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !blocks4.check(address, 'ipv4')
    case 6: {
      // A zone (fe80::1%en0) only has a meaning inside one network.
      if (address.includes('%')) return false
      if (embedding6.check(address, 'ipv6')) return isPublicAddress(lastFourBytes(address))
      return public6.check(address, 'ipv6') && !blocks6.check(address, 'ipv6')
    }
    default:
      return false
  }
}

function lastFourBytes(address: string): string {
  // URL writes an IPv6 address in its shortest form, without dots.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':')
  const [high = 0, low = 0] = groups.slice(-2).map(group => Number.parseInt(group || '0', 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
