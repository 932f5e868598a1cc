import { describe, expect, it } from 'vitest'
import { isPublicAddress } from './address.ts'
import { guardedLookup, nextHop } from './guard.ts'

const hub = new URL('https://huggingface.co')
const hop = (from: string, location: string | undefined, endpoint = hub) =>
  nextHop(new URL(from), location, endpoint, isPublicAddress).href

describe('a redirect', () => {
  it.each([
    ['https://huggingface.co/a', 'https://cdn.example.com/b?sig=1', 'https://cdn.example.com/b?sig=1'],
    ['https://huggingface.co/a', '/c', 'https://huggingface.co/c'],
    ['https://a.example/x', '//b.example/y', 'https://b.example/y'],
    ['http://a.example/x', 'http://b.example/y', 'http://b.example/y'],
    ['http://a.example/x', 'https://1.1.1.1/y', 'https://1.1.1.1/y'],
    ['https://a.example/x', 'https://[2606:4700::1111]/y', 'https://[2606:4700::1111]/y'],
  ])('from %s to %s is followed', (from, location, to) => expect(hop(from, location)).toBe(to))

  it.each([
    undefined,
    '',
    'http://',
    'file:///etc/passwd',
    'data:,GGUF',
    'ftp://example.com/x',
    'javascript:alert(1)',
    'http://example.com/x',
    'https://127.0.0.1/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:7f00:1]/x',
    'https://[::1]/x',
    'https://0x7f.1/x',
    'https://2130706433/x',
    'https://017700000001/x',
    'https://127.1/x',
    'https://0/x',
    'https://10.0.0.1/x',
    'https://100.64.1.1/x',
    'https://[fe80::1]/x',
    'https://[fd00::1]/x',
    '//192.168.1.1/x',
    'https://user@example.com/x',
  ])('from https to %j is refused', location => {
    // An empty Location means the same address again, which the bound on hops ends.
    if (location === '') return expect(hop('https://a.example/x', location)).toBe('https://a.example/x')
    return expect(() => hop('https://a.example/x', location)).toThrow(
      expect.objectContaining({ code: 'redirect_refused' }),
    )
  })

  it('may stay on the configured endpoint, however private, but on no other port of it', () => {
    const mirror = new URL('http://127.0.0.1:8080')
    expect(hop('http://127.0.0.1:8080/a', '/b', mirror)).toBe('http://127.0.0.1:8080/b')
    expect(() => hop('http://127.0.0.1:8080/a', 'http://127.0.0.1:8081/b', mirror)).toThrow(/not public/)
    expect(() => hop('http://127.0.0.1:8080/a', 'https://127.0.0.1:8080/b', mirror)).toThrow(/not public/)
  })
})

describe('the lookup of a guarded connection', () => {
  const ask = (addresses: string[], all: boolean) =>
    new Promise<unknown>(resolve => {
      const resolver = async () =>
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      guardedLookup(resolver, isPublicAddress)('name.example', { all }, (error, address) =>
        resolve(error ?? address),
      )
    })

  it('answers public addresses', async () => {
    expect(await ask(['1.1.1.1', '2606:4700::1111'], true)).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ])
    expect(await ask(['1.1.1.1'], false)).toBe('1.1.1.1')
  })

  it.each([[['127.0.0.1']], [['1.1.1.1', '10.0.0.1']], [['::ffff:7f00:1']], [[]]])(
    'refuses %j',
    async addresses => {
      expect(await ask(addresses, true)).toBeInstanceOf(Error)
    },
  )
})
