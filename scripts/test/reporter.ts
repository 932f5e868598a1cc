import { writeFileSync } from 'node:fs'
import process from 'node:process'
import type { Reporter } from 'vitest/node'
import type { Counts } from './counts.ts'

/** Where the counts go; scripts/test/vitest.ts sets it. */
export const countsVariable = 'IMPETUS_TEST_COUNTS'

type Modules = Parameters<NonNullable<Reporter['onTestRunEnd']>>[0]

/**
 * Counts a run. What fails without being a test counts as one failed test each: a file that cannot be loaded, a hook
 * of a group, an error outside of every test.
 */
function count(modules: Modules, errorsOutside: number): Counts {
  const tests = modules.flatMap(module => [...module.children.allTests()])
  const groups = modules.flatMap(module => [module, ...module.children.allSuites()])
  const inState = (state: string) => tests.filter(test => test.result().state === state).length
  const brokenGroups = groups.filter(group => group.errors().length > 0).length
  return {
    passed: inState('passed'),
    failed: inState('failed') + brokenGroups + errorsOutside,
    skipped: inState('skipped'),
  }
}

/** Leaves the counts in a file, beside what the default reporter shows. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: Modules, errors: readonly unknown[]): void {
    const file = process.env[countsVariable]
    if (file) writeFileSync(file, JSON.stringify(count(modules, errors.length)))
  }
}
