import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { buildCore } from '../build/core.ts'
import { inProject } from '../project.ts'
import type { Counts } from './counts.ts'

const script = inProject('scripts/swift.sh')

/** Whether the Swift tests are to run: where Swift is at hand, and where nothing may be left out. */
export function swiftIsWanted({ CI }: NodeJS.ProcessEnv, isThere: boolean): boolean {
  return isThere || CI === '1' || CI === 'true'
}

/** Every test that there is, as skipped, with how to run them. */
export function skipSwift(): Counts {
  const skipped = globSync('MacTray/Tests/**/*.swift', { cwd: inProject() })
    .map(file => readFileSync(inProject(file), 'utf8').match(/@Test\b/g)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0)
  console.log(
    `\nSkipped: ${skipped} tests of the menu bar, for want of Swift. "CI=1 npm test -- --suite swift" brings Swift and runs them.`,
  )
  return { passed: 0, failed: 0, skipped }
}

/** Brings Swift, where that can be done. Returns the reason why not. */
export function ensureSwift(): string | undefined {
  const { status } = spawnSync(script, ['--install'], { stdio: ['ignore', 'inherit', 'inherit'] })
  return status === 0 ? undefined : 'There is no Swift 6, and scripts/swift.sh could not bring it.'
}

/**
 * Builds the core and the whole package, the app's type check among it, and runs its tests; what does not build is one
 * failed test. `words` may name files or suites.
 */
export async function runSwift(words: readonly string[]): Promise<Counts> {
  await buildCore()
  const isBuilt = (await swift(['build', '--build-tests'])).status === 0
  if (!isBuilt) return { passed: 0, failed: 1, skipped: 0 }
  const filters = words
    .filter(word => !word.startsWith('-'))
    .flatMap(word => ['--filter', path.basename(word, '.swift')])
  const { status, output } = await swift(['test', '--skip-build', '--no-parallel', ...filters])
  const counts = countTests(output)
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Runs Swift with its output shown. */
async function swift(words: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(script, words, {
    cwd: inProject(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: process.env,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      output += text
    })
  }
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, output }
}

/** What swift-testing says of each test: `✔ Test name() passed after …`, `✘ … failed`, `➜ … skipped`. Pure. */
export function countTests(output: string): Counts {
  const count = (end: string) => {
    // macOS draws its signs from another font, and older terminals none.
    return [...output.matchAll(new RegExp(`^\\S+ +Test (?!run with ).+ ${end}.*$`, 'gm'))].length
  }
  return { passed: count('passed after'), failed: count('failed after'), skipped: count('skipped(?:\\.|:)') }
}
