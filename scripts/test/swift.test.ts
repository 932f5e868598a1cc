import { expect, test } from 'vitest'
import { countTests, skipSwift, swiftIsWanted } from './swift.ts'

const output = `◇ Test run started.
◇ Suite MenuTests started.
◇ Test whileItRuns() started.
✔ Test whileItRuns() passed after 0.001 seconds.
◇ Passing 1 argument size → 3 to anAnswerInPieces(size:)
✔ Test anAnswerInPieces(size:) passed after 0.020 seconds.
✘ Test whileItAnswers() recorded an issue at MenuTests.swift:30:9: Expectation failed: a == b
✘ Test whileItAnswers() failed after 0.001 seconds with 1 issue.
➜ Test aFullDiskIsSaid() skipped.
➜ Test aModel() skipped: "no model"
✔ Suite MenuTests passed after 0.001 seconds.
✘ Test run with 4 tests failed after 0.4 seconds with 1 issue.
`

test('the tests of Swift are counted, suites and the run are not', () => {
  expect(countTests(output)).toEqual({ passed: 2, failed: 1, skipped: 2 })
  expect(countTests('')).toEqual({ passed: 0, failed: 0, skipped: 0 })
})

test.each([
  [{}, false, false],
  [{}, true, true],
  [{ CI: '1' }, false, true],
  [{ CI: 'true' }, false, true],
  [{ CI: '0' }, false, false],
])('%o, Swift there: %s; wanted: %s', (env, isThere, wanted) => {
  expect(swiftIsWanted(env, isThere)).toBe(wanted)
})

test('what is left out is counted', () => {
  expect(skipSwift().skipped).toBeGreaterThan(40)
})
