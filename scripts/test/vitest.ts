import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { inProject, toolEnvironment } from '../project.ts'
import type { Counts } from './counts.ts'
import { countsVariable } from './reporter.ts'

/**
 * Runs Vitest and counts what it did.
 *
 * @param words its arguments: patterns of file names, `--project=NAME`, `-t NAME` …
 * @param output where its own words go: to the terminal, or nowhere
 */
export async function runVitest(
  words: readonly string[],
  output: 'inherit' | 'ignore' = 'inherit',
): Promise<Counts> {
  const file = inProject('.cache', `tests-${process.pid}.json`)
  mkdirSync(inProject('.cache'), { recursive: true })
  rmSync(file, { force: true })
  const child = spawn(
    process.execPath,
    [
      inProject('node_modules/vitest/vitest.mjs'),
      'run',
      '--passWithNoTests',
      '--reporter=default',
      `--reporter=${inProject('scripts/test/reporter.ts')}`,
      ...words,
    ],
    {
      cwd: inProject(),
      env: toolEnvironment({ [countsVariable]: file, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) }),
      stdio: ['ignore', output, output],
    },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  try {
    return confirmed(JSON.parse(readFileSync(file, 'utf8')) as Counts, code)
  } catch (error) {
    console.error(`Vitest ended with ${code} and left no counts: ${(error as Error).message}`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(file, { force: true })
  }
}

/** A run that says it failed is a failed one, whatever was counted. */
function confirmed(counts: Counts, exitCode: number | null): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}
