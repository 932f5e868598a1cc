import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import process from 'node:process'
import { inProject, root } from '../project.ts'
import { ensureBrowser, ensureFirefox } from './browser.ts'
import { type Counts, none } from './counts.ts'
import { ensurePackages, ensurePrograms, findProgram } from './programs.ts'
import { ensureSwift, runSwift, skipSwift, swiftIsWanted } from './swift.ts'
import { runVitest } from './vitest.ts'

/** When a suite runs: with `npm test`, `npm run test:browsers`, `test:packaged` or `test:long`. */
export type Tier = 'test' | 'browsers' | 'packaged' | 'long'

/** A part of the tests with needs of its own. */
export interface Suite {
  readonly name: string
  readonly tier: Tier
  readonly holds: string
  /** Whether one of its files matches the patterns; asked only when there are some. */
  isAskedFor?(patterns: readonly string[]): boolean
  /** Sets up what is missing; a text says what could not be, and counts as one failed test. */
  prepare?(): string | undefined
  run(words: readonly string[]): Promise<Counts>
}

/** All suites, in the order in which those of a tier run. */
export const suites: readonly Suite[] = [
  {
    name: 'core',
    tier: 'test',
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
    tier: 'test',
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
  {
    name: 'swift',
    tier: 'test',
    holds: 'the menu bar: its parts, and the headless tray with a real core',
    isAskedFor: patterns => matches(['MacTray/Tests/**/*.swift'], patterns),
    prepare: () => (wantsSwift() ? ensureSwift() : undefined),
    run: async words => {
      // A name of a test of Vitest's.
      if (words.includes('-t')) return none
      return wantsSwift() ? runSwift(words) : skipSwift()
    },
  },
  {
    name: 'firefox',
    tier: 'browsers',
    holds: 'the same tests in Firefox',
    prepare() {
      const browser = ensureFirefox()
      if ('missing' in browser) return browser.missing
      process.env.IMPETUS_TEST_BROWSER = browser.path
      return undefined
    },
    run: words => runVitest(['--project=browser', '--no-file-parallelism', ...words]),
  },
  {
    name: 'webkit',
    tier: 'browsers',
    holds: 'the dashboard in WebKitGTK, which stands in for the WKWebView of the menu bar',
    prepare: () => ensurePackages({ WebKitWebDriver: 'webkit2gtk-driver', Xvfb: 'xvfb' }),
    run: words => runVitest(['--project=webkit', '--no-file-parallelism', ...words]),
  },
  {
    name: 'packaged',
    tier: 'packaged',
    holds: 'the one executable, built first',
    prepare: () => buildPackage(),
    run: words => runVitest(['--project=packaged', '--no-file-parallelism', ...words]),
  },
  {
    name: 'long',
    tier: 'long',
    holds: 'series and soaks that take minutes',
    run: words => runVitest(['--project=long', '--no-file-parallelism', ...words]),
  },
]

function buildPackage(): string | undefined {
  const { status } = spawnSync(process.execPath, [inProject('scripts', 'package.ts')], { stdio: 'inherit' })
  return status === 0 ? undefined : 'The executable could not be built; the reason is above.'
}

function wantsSwift(): boolean {
  return swiftIsWanted(process.env, findProgram(['swift']) !== undefined)
}

function matches(files: readonly string[], patterns: readonly string[]): boolean {
  return globSync([...files], { cwd: root }).some(file => patterns.some(pattern => file.includes(pattern)))
}
