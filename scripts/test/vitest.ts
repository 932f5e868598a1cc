import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { inProject, toolEnvironment } from '../project.ts'
import type { Counts } from './counts.ts'

/** The part of Vitest's JSON report that is counted. */
interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

/**
 * Runs one project of vitest.config.ts, with Vitest's own output on the terminal.
 *
 * @param words further arguments: patterns of file names, `-t NAME` …
 */
export async function runVitest(project: string, words: readonly string[]): Promise<Counts> {
  const file = inProject('.cache', `vitest-${project}-${process.pid}.json`)
  mkdirSync(inProject('.cache'), { recursive: true })
  const child = spawn(
    process.execPath,
    [
      inProject('node_modules/vitest/vitest.mjs'),
      'run',
      `--project=${project}`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...words,
    ],
    { cwd: inProject(), env: toolEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')) as Report, code)
  } catch (error) {
    console.error(`Vitest left no report (exit code ${code}): ${(error as Error).message}`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(file, { force: true })
  }
}

/**
 * A file that cannot be loaded counts as one failed test, and so does a run that failed although each of its tests
 * passed (an error outside of them, a worker that died).
 */
export function count(report: Report, exitCode: number | null): Counts {
  const broken = report.testResults.filter(
    result => result.status === 'failed' && result.assertionResults.length === 0,
  )
  const failed = report.numFailedTests + broken.length
  const failedOutside = failed === 0 && (exitCode !== 0 || !report.success) ? 1 : 0
  return {
    passed: report.numPassedTests,
    failed: failed + failedOutside,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
