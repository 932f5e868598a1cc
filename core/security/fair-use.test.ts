import { beforeEach, describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { settingsSchema } from '../contract/settings.ts'
import type { Principal } from '../http/env.ts'
import { FairUse } from './fair-use.ts'

let now = 0
let limits = settingsSchema.parse({}).server.fairUse
let use: FairUse
let told: (string | null)[] = []

const key = (keyId: string): Principal => ({ kind: 'key', scopes: new Set(), name: keyId, keyId })
const lan = '192.168.1.7'

beforeEach(() => {
  now = 5000
  limits = { thisMachine: false, requestsPerMinute: 3, concurrent: 2 }
  told = []
  use = new FairUse({
    clock: { monotonic: () => now },
    settings: () => limits,
    onLimit: ({ name }) => told.push(name),
  })
})

/** The seconds to wait; 0 where it was let in and is over at once. */
function once(principal: Principal, remote = lan): number {
  try {
    use.admit(principal, remote)[Symbol.dispose]()
    return 0
  } catch (error) {
    if (error instanceof ImpetusError && error.code === 'rate_limited') return error.retryAfter ?? Number.NaN
    throw error
  }
}

describe('requests a minute', () => {
  it('are so many at once, then as many as time brings', () => {
    expect([1, 2, 3, 4].map(() => once(key('a')))).toEqual([0, 0, 0, 20])
    expect(told).toEqual(['a'])
    now += 10_000
    expect(once(key('a'))).toBe(10)
    now += 10_000
    expect([once(key('a')), once(key('a'))]).toEqual([0, 20])
    now += 3_600_000
    expect([1, 2, 3, 4].map(() => once(key('a')))).toEqual([0, 0, 0, 20])
  })

  it('are counted for each key, and for each address without one', () => {
    const nobody: Principal = { kind: 'anonymous', scopes: new Set(), name: null }
    for (const caller of [key('a'), key('b'), nobody]) {
      expect([1, 2, 3].map(() => once(caller))).toEqual([0, 0, 0])
      expect(once(caller)).toBeGreaterThan(0)
    }
    expect(once(nobody, '192.168.1.8')).toBe(0)
    expect(once(key('a'), '192.168.1.8')).toBeGreaterThan(0)
  })
})

describe('requests at the same time', () => {
  it('are so many, and each that ends makes room, once', () => {
    limits = { ...limits, requestsPerMinute: null }
    const first = use.admit(key('a'), lan)
    use.admit(key('a'), lan)
    expect(once(key('a'))).toBe(1)
    expect(once(key('b'))).toBe(0)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    use.admit(key('a'), lan)
    expect(once(key('a'))).toBe(1)
  })
})

describe('no limits', () => {
  const many = (principal: Principal, remote: string) =>
    Array.from({ length: 10 }, () => use.admit(principal, remote)).length

  it.each(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1', ''])('hold on this machine (%s)', address => {
    expect(many(key('a'), address)).toBe(10)
    limits = { ...limits, thisMachine: true }
    expect(() => many(key('a'), address)).toThrow('requests')
  })

  it('hold over the socket, nor where they are turned off', () => {
    expect(many({ kind: 'socket', scopes: new Set(), name: null }, '')).toBe(10)
    limits = { thisMachine: true, requestsPerMinute: null, concurrent: null }
    expect(many(key('a'), lan)).toBe(10)
  })
})

it('a limit that is raised holds at once', () => {
  expect([1, 2, 3, 4].map(() => once(key('a')))).toEqual([0, 0, 0, 20])
  limits = { ...limits, requestsPerMinute: 600 }
  now += 1000
  expect(Array.from({ length: 10 }, () => once(key('a')))).toEqual(Array(10).fill(0))
  expect(once(key('a'))).toBe(1)
})
