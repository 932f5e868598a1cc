import { afterEach, expect, test, vi } from 'vitest'
import { takeCode } from './session.ts'

afterEach(() => vi.unstubAllGlobals())

test.each([
  ['#code=abc', 'abc', '/'],
  ['#code=abc&page=chat', 'abc', '#chat'],
  ['#code=abc&page=connect/vs-code', 'abc', '#connect/vs-code'],
  ['#code=abc&page=//evil.example', 'abc', '/'],
  ['#code=abc&page=javascript:x', 'abc', '/'],
  ['#chat', null, undefined],
])('of %s the code is %s, and the address becomes %s', (hash, code, address) => {
  const replaceState = vi.fn()
  vi.stubGlobal('location', { hash, pathname: '/' })
  vi.stubGlobal('history', { replaceState })
  expect(takeCode()).toBe(code)
  expect(replaceState.mock.calls.map(call => call[2])).toEqual(address === undefined ? [] : [address])
})
