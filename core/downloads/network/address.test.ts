import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isPublicAddress } from './address.ts'

it.each([
  '1.1.1.1',
  '8.8.8.8',
  '52.84.150.11',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.0.1.1',
  '198.17.0.1',
  '223.255.255.255',
  '2606:4700::6810:84e5',
  '2a00:1450:4001:81b::200e',
  '2600:9000:2057:a00::1',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
])('%s is public', address => expect(isPublicAddress(address)).toBe(true))

it.each([
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.251',
  '239.255.255.250',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:0:0',
  '::ffff:10.1.2.3',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%en0',
  'fec0::1',
  'ff02::1',
  '4000::1',
  // Not in the form an address is written in: the URL parser turns these into one, and only then they are looked at.
  '0x7f.1',
  '2130706433',
  '017700000001',
  'localhost',
  '',
])('%j is not public', address => expect(isPublicAddress(address)).toBe(false))

it('judges an IPv4 address inside IPv6 as the address itself', () => {
  fc.assert(
    fc.property(fc.ipV4(), address => {
      expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublicAddress(address))
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublicAddress(address))
    }),
    { numRuns: 500 },
  )
})
