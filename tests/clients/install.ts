import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inProject, toolEnvironment } from '../../scripts/project.ts'
import type { Agent } from './agents.ts'

/** Git ignores it. */
const folder = inProject('.cache', 'clients')
/** The largest takes some 450 MB, and as much again while it is unpacked. */
const roomNeeded = 1.5e9
const patience = 10 * 60_000

/** A folder of its own under the project's cache. */
export function clientsFolder(...parts: string[]): string {
  const place = path.join(folder, ...parts)
  mkdirSync(place, { recursive: true })
  return place
}

/**
 * Installs the agent in its pinned version, unless that was done before.
 *
 * @returns the folder of its commands
 * @throws in words, when there is no room or npm fails
 */
export async function installed({ id, package: name, version }: Agent): Promise<string> {
  const place = path.join(folder, `${id}-${version}`)
  const commands = path.join(place, 'node_modules', '.bin')
  const done = path.join(place, 'installed')
  if (existsSync(done)) return commands
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const { bavail, bsize } = statfsSync(place)
  if (bavail * bsize < roomNeeded) throw new Error(`there is no room: ${roomNeeded / 1e9} GB must be free`)
  console.log(`Installing ${name}@${version} …`)
  writeFileSync(path.join(place, 'package.json'), '{"private":true}')
  // Several of them fetch their program in an install script.
  const words = [
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--save-exact',
    `${name}@${version}`,
  ]
  const child = spawn('npm', words, {
    cwd: place,
    env: toolEnvironment(),
    stdio: 'inherit',
    signal: AbortSignal.timeout(patience),
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`npm ended with code ${code}`)
  writeFileSync(done, '')
  return commands
}
