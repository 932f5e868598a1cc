import { globSync } from 'node:fs'
import process from 'node:process'
import { root } from '../project.ts'
import { ensureBrowser } from './browser.ts'
import type { Counts } from './counts.ts'
import { ensurePrograms } from './programs.ts'
import { runVitest } from './vitest.ts'

/** A part of the tests with needs of its own. */
export interface Suite {
  readonly name: string
  readonly holds: string
  /** Whether one of its files matches the patterns; asked only when there are some. */
  isAskedFor?(patterns: readonly string[]): boolean
  /** Sets up what is missing; a text says what could not be, and counts as one failed test. */
  prepare?(): string | undefined
  run(words: readonly string[]): Promise<Counts>
}

/** Everything `npm test` runs, in this order. */
export const suites: readonly Suite[] = [
  {
    name: 'core',
    holds: 'unit and integration tests',
    prepare() {
      // Certificates for the TLS listener, and the line that people paste. The other tests do without.
      const missing = ensurePrograms(['openssl', 'curl'])
      if (missing) console.error(`${missing} Tests that need them will fail.`)
      return undefined
    },
    run: words => runVitest(['--project=core', ...words]),
  },
  {
    name: 'browser',
    holds: 'tests that drive a real browser against a real core',
    // No browser is installed for somebody who asked for other tests.
    isAskedFor: patterns => matches(['tests/browser/**/*.test.ts', 'tests/ui*.test.ts'], patterns),
    prepare() {
      const browser = ensureBrowser()
      if ('missing' in browser) return browser.missing
      process.env.IMPETUS_TEST_BROWSER = browser.path
      return undefined
    },
    // One browser at a time: each has processes enough for two cores.
    run: words => runVitest(['--project=browser', '--no-file-parallelism', ...words]),
  },
]

function matches(files: readonly string[], patterns: readonly string[]): boolean {
  return globSync([...files], { cwd: root }).some(file => patterns.some(pattern => file.includes(pattern)))
}
