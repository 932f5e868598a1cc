import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { findProgram } from '../test/programs.ts'
import type { Target } from './targets.ts'

/**
 * Makes one executable of a staged folder.
 *
 * @param stage with the package.json that names the entry and what else goes in
 * @throws when pkg fails; its words are in the message
 */
export function makeExecutable(stage: string, target: Target, output: string): void {
  const home = path.join(path.dirname(stage), `pkg-${target.name}`)
  rmSync(home, { recursive: true, force: true })
  seedCache(home, target)
  mkdirSync(path.dirname(output), { recursive: true })
  const words = [
    '--sea',
    '--compress',
    'Zstd',
    '--no-signature',
    '--target',
    target.pkgName,
    '--output',
    output,
  ]
  const result = spawnSync(
    process.execPath,
    [path.join(import.meta.dirname, 'run-pkg.ts'), home, path.join(stage, 'package.json'), ...words],
    { encoding: 'utf8', env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR } },
  )
  rmSync(home, { recursive: true, force: true })
  if (result.status !== 0) throw new Error(`pkg failed:\n${result.stdout}${result.stderr}`)
}

/** Puts Node where pkg keeps the Nodes that it has fetched. The empty files say that fetching and unpacking are done. */
function seedCache(home: string, { name, nodeName, nodePackage, packages }: Target): void {
  const cache = path.join(home, '.pkg-cache', 'sea')
  const bin = path.join(cache, nodeName, 'bin')
  mkdirSync(bin, { recursive: true })
  const node = path.join(bin, 'node')
  copyFileSync(path.join(packages(), nodePackage, 'bin', 'node'), node)
  chmodSync(node, 0o755)
  strip(node, name)
  for (const done of [
    `${node}.ok`,
    path.join(cache, `${nodeName}.tar.gz`),
    path.join(cache, `${nodeName}.tar.gz.ok`),
  ])
    writeFileSync(done, '')
}

/** Without the symbols that only a debugger reads, Node is a fifth smaller. What native modules link to stays. */
function strip(node: string, target: Target['name']): void {
  const [words, names] =
    target === 'linux-x64'
      ? [['--strip-all'], ['strip', 'llvm-strip']]
      : [['-x'], process.platform === 'darwin' ? ['strip'] : ['llvm-strip']]
  const program = findProgram(names)
  if (program === undefined) throw new Error(`Packaging for ${target} needs ${names.join(' or ')}.`)
  execFileSync(program, [...words, node])
}
