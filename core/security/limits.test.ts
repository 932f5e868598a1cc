import { expect, test } from 'vitest'
import { Attempts } from './attempts.ts'
import { bindProblem } from './bind-problem.ts'
import { Budget } from './budget.ts'
import { readCookie, sessionCookie } from './cookie.ts'

test('a budget lets a burst through, then its rate, and counts the rest', () => {
  const budget = new Budget(3, 1)
  expect([0, 0, 0, 0, 0].map(now => budget.take(now))).toEqual([
    { suppressed: 0 },
    { suppressed: 0 },
    { suppressed: 0 },
    null,
    null,
  ])
  expect(budget.take(500)).toBeNull()
  expect(budget.take(1000)).toEqual({ suppressed: 3 })
  expect(budget.take(1000)).toBeNull()
  // A long silence fills it up to the burst and no further.
  expect([1e6, 1e6, 1e6, 1e6].map(now => budget.take(now) !== null)).toEqual([true, true, true, false])
})

test('attempts: so many in the window, then a wait, per name', () => {
  const attempts = new Attempts(3, 60_000)
  expect([0, 10_000, 20_000].map(now => attempts.fail('a', now))).toEqual([0, 0, 0])
  expect(attempts.wait('a', 20_000)).toBe(40)
  expect(attempts.fail('a', 30_000)).toBe(30)
  expect(attempts.wait('b', 30_000)).toBe(0)
  // Those that had to wait do not count: the window moves on.
  expect(attempts.fail('a', 60_000)).toBe(0)
  expect(attempts.wait('a', 60_000)).toBe(10)
  expect(attempts.wait('a', 200_000)).toBe(0)
})

test('attempts: a thousand senders are remembered, not more', () => {
  const attempts = new Attempts(1, 60_000)
  for (let n = 0; n < 1500; n++) attempts.fail(`sender${n}`, 0)
  expect(attempts.wait('sender0', 1)).toBe(0)
  expect(attempts.wait('sender1499', 1)).toBe(60)
})

const files = { cert: '/c.pem', key: '/k.pem' }
const none = { cert: null, key: null }
test.each([
  ['127.0.0.1', false, none, 0, null],
  ['localhost', false, none, 0, null],
  ['::1', false, none, 0, null],
  ['0.0.0.0', true, files, 1, null],
  ['0.0.0.0', false, files, 1, 'server.requireKey'],
  ['0.0.0.0', true, none, 1, 'server.tls.cert'],
  ['0.0.0.0', true, files, 0, 'make a key'],
  ['192.168.1.5', false, none, 0, 'server.requireKey'],
  ['127.0.0.1.nip.io', false, none, 0, 'server.requireKey'],
])('listening on %s with requireKey %j, tls %j and %i keys: %j', (host, requireKey, tls, keys, problem) => {
  const words = bindProblem({ host, requireKey, tls }, keys)
  if (problem === null) expect(words).toBeNull()
  else expect(words).toContain(problem)
})

test.each([
  ['a=1; b=2', 'b', '2'],
  ['a=1;b=2', 'b', '2'],
  ['ab=1; b=x=y', 'b', 'x=y'],
  ['xb=1', 'b', undefined],
  ['b', 'b', ''],
  [undefined, 'b', undefined],
])('the cookie header %j', (header, name, value) => {
  expect(readCookie(header, name)).toBe(value)
})

test('Secure over HTTPS only', () => {
  expect(sessionCookie('n', 'v', { maxAgeSeconds: 5, secure: true })).toBe(
    'n=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=5; Secure',
  )
  expect(sessionCookie('n', 'v', { maxAgeSeconds: 5, secure: false })).not.toContain('Secure')
})
