/**
 * `npm run package [-- --mac]`: the core as one executable in dist/, for this platform. With `--mac` also for Apple
 * silicon, on Linux too: signed ad hoc, and checked as far as that can be done without a Mac.
 */
import path from 'node:path'
import process from 'node:process'
import { signAndCheck } from './package/mac.ts'
import { makeExecutable } from './package/pkg.ts'
import { stage } from './package/stage.ts'
import { linux, mac, type Target } from './package/targets.ts'
import { inProject, root } from './project.ts'

async function build(target: Target): Promise<void> {
  const began = performance.now()
  const { folder } = await stage(target, inProject('build', 'package', target.name))
  const output = inProject('dist', `impetus-${target.name}`)
  makeExecutable(folder, target, output)
  if (target === mac) signAndCheck(output, path.join(target.packages(), target.nodePackage, 'bin', 'node'))
  console.log(`${path.relative(root, output)} in ${Math.round((performance.now() - began) / 1000)} s`)
}

const own = process.platform === 'darwin' ? mac : linux
const targets = process.argv.includes('--mac') ? new Set([own, mac]) : new Set([own])
for (const target of targets) await build(target)
