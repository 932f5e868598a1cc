import { expect, test } from 'vitest'
import { refuseUnsupported } from './supported.ts'

test.each([
  ['darwin', 'arm64', undefined, null],
  ['linux', 'x64', '2.36', null],
  ['linux', 'x64', undefined, 'glibc'],
  ['darwin', 'x64', undefined, 'Intel'],
  ['linux', 'arm64', '2.36', 'linux on arm64'],
  ['win32', 'x64', undefined, 'win32 on x64'],
])('%s %s with glibc %s', (platform, arch, glibc, missing) => {
  const machine = { platform, arch, glibc, tryAnyway: false }
  if (missing === null) expect(() => refuseUnsupported(machine)).not.toThrow()
  else expect(() => refuseUnsupported(machine)).toThrow(missing)
  expect(() => refuseUnsupported({ ...machine, tryAnyway: true })).not.toThrow()
})
