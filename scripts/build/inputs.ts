import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { inProject, root } from '../project.ts'

/** What the built core is made from, beside the sources under core/: the bundler's version and settings, and the dependencies'. */
const settings = [
  'package.json',
  'package-lock.json',
  'scripts/build/bundle.ts',
  'scripts/build/core.ts',
  'scripts/build/quick-start.ts',
]

/** Paths of the core's sources, relative to the repository and sorted; tests and notes are not among them. */
function sources(): string[] {
  const entries = readdirSync(inProject('core'), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()
}

/**
 * Names the state of everything the built core depends on, by content: a checkout that only touches dates does not
 * make the build stale. 200 files take about 10 ms.
 */
export function inputsHash(): string {
  return hashOf([...settings, ...sources()])
}

/** Names the state of these files, paths relative to the repository, by their names and content. */
export function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(`${file}\0`)
    hash.update(readFileSync(inProject(file)))
    hash.update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}
