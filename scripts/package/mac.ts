import { readFileSync, writeFileSync } from 'node:fs'
import { exportsOf } from './macho/exports.ts'
import { parse } from './macho/file.ts'
import { signAdHoc } from './macho/sign.ts'
import { verify } from './macho/verify.ts'

/** What the core may do under the hardened runtime: V8 compiles, and llama.cpp's Metal code is not ours. */
const entitlements = {
  'com.apple.security.cs.allow-jit': true,
  'com.apple.security.cs.allow-unsigned-executable-memory': true,
}

/** The oldest macOS that the app is for. */
const oldestMac = 14

/**
 * Signs an executable for Apple silicon ad hoc, in place, and checks what came of it: every hash, the oldest macOS, and
 * that it still exports all that native modules link to.
 *
 * @param node the Node that it was made of
 * @throws with what is wrong
 */
export function signAndCheck(executable: string, node: string): void {
  writeFileSync(
    executable,
    signAdHoc(readFileSync(executable), { identifier: 'ai.impetus.core', entitlements }),
  )
  const file = readFileSync(executable)
  const { isArm64, minimumOs } = parse(file)
  const original = exportsOf(readFileSync(node))
  const exported = exportsOf(file)
  const faults = [
    ...(isArm64 ? [] : ['it is not for Apple silicon']),
    ...(Number.parseFloat(minimumOs ?? 'NaN') <= oldestMac ? [] : [`it needs macOS ${minimumOs}`]),
    ...(verify(file)?.faults ?? ['it is not signed']),
    ...[...original]
      .filter(([name, address]) => exported.get(name) !== address)
      .map(([name]) => `${name} is not exported`),
  ]
  if (original.size === 0) faults.push('its Node exports nothing')
  if (faults.length > 0)
    throw new Error(`${executable} is no sound program: ${faults.slice(0, 5).join('; ')}`)
}
