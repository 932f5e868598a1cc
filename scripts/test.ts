/**
 * `npm test [-- PATTERN…]`: sets up what is missing, runs every suite and ends with one line, `N passed, N failed`.
 * Patterns and flags go to Vitest (`npm test -- core/http`, `npm test -- -t "two Hosts"`); `--suite NAME` runs one suite,
 * `--tier NAME` those of another tier (`npm run test:browsers`, `npm run test:long`).
 */
import process from 'node:process'
import { add, type Counts, closingLine, none } from './test/counts.ts'
import { type Suite, suites } from './test/suites.ts'

async function runSuite(suite: Suite, words: readonly string[]): Promise<Counts> {
  const patterns = words.filter((word, place) => !word.startsWith('-') && words[place - 1] !== '-t')
  if (patterns.length > 0 && suite.isAskedFor?.(patterns) === false) return none
  const missing = suite.prepare?.()
  if (missing === undefined) return suite.run(words)
  console.error(`\n${suite.name} (${suite.holds}) cannot run: ${missing}\n`)
  return { passed: 0, failed: 1, skipped: 0 }
}

/** The word after a flag, both taken away. */
function take(words: string[], flag: string): string | undefined {
  const place = words.indexOf(flag)
  return place < 0 ? undefined : words.splice(place, 2)[1]
}

function chosenSuites(words: string[]): readonly Suite[] {
  const tier = take(words, '--tier') ?? 'test'
  const name = take(words, '--suite')
  if (name === undefined) return suites.filter(suite => suite.tier === tier)
  const chosen = suites.filter(suite => suite.name === name)
  if (chosen.length > 0) return chosen
  console.error(`There is no suite "${name}". The suites: ${suites.map(suite => suite.name).join(', ')}.`)
  process.exit(2)
}

const words = process.argv.slice(2)
const chosen = chosenSuites(words)
let total = none
for (const suite of chosen) total = add(total, await runSuite(suite, words))
if (total.passed + total.failed + total.skipped === 0) {
  console.error(`No test matches ${words.join(' ')}.`)
  total = { ...total, failed: 1 }
}
console.log(closingLine(total))
process.exitCode = total.failed > 0 ? 1 : 0
