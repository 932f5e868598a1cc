import { expect, test } from 'vitest'
import { add, closingLine } from './counts.ts'
import { count } from './vitest.ts'

const report = {
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{}] }],
}

test('a run is counted by its tests', () => {
  expect(count(report, 0)).toEqual({ passed: 7, failed: 0, skipped: 1 })
  expect(count({ ...report, success: false, numFailedTests: 2 }, 1)).toEqual({
    passed: 7,
    failed: 2,
    skipped: 1,
  })
})

test('a file that cannot be loaded is a failed test', () => {
  const testResults = [...report.testResults, { status: 'failed', assertionResults: [] }]
  expect(count({ ...report, success: false, testResults }, 1).failed).toBe(1)
})

test.each([
  { what: 'an error outside of every test', exitCode: 1, success: false },
  { what: 'a killed run', exitCode: null, success: true },
])('$what is a failed test', ({ exitCode, success }) => {
  expect(count({ ...report, success }, exitCode).failed).toBe(1)
})

test('the closing line names skipped tests only when there are some', () => {
  const one = { passed: 1, failed: 2, skipped: 0 }
  expect(closingLine(one)).toBe('1 passed, 2 failed')
  expect(closingLine(add(one, { passed: 0, failed: 0, skipped: 3 }))).toBe('1 passed, 2 failed, 3 skipped')
})
