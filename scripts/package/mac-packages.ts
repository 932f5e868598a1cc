import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { inProject, toolEnvironment } from '../project.ts'

/**
 * Brings the packages of an Apple-silicon Mac into a folder of their own, by the same lock file, unless they are there.
 * On such a Mac node_modules has them.
 *
 * @returns the node_modules with them
 */
export function macPackages(): string {
  if (process.platform === 'darwin') return inProject('node_modules')
  const folder = inProject('build', 'package', 'mac-packages')
  const lock = readFileSync(inProject('package-lock.json'))
  const done = path.join(folder, 'installed.json')
  if (existsSync(done) && readFileSync(done).equals(lock)) return path.join(folder, 'node_modules')
  console.log('Fetching the packages of a Mac (this once)…')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'scripts/stubs'])
    if (existsSync(inProject(name))) cpSync(inProject(name), path.join(folder, name), { recursive: true })
  const words = [
    'ci',
    '--os=darwin',
    '--cpu=arm64',
    '--omit=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]
  execFileSync('npm', words, { cwd: folder, env: toolEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(done, lock)
  return path.join(folder, 'node_modules')
}
