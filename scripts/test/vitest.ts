import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { inProject, toolEnvironment } from '../project.ts'
import type { Counts } from './counts.ts'
import { countsVariable } from './reporter.ts'

/**
 * Runs Vitest and counts what it did.
 *
 * @param words its arguments: patterns of file names, `--project=NAME`, `-t NAME` …
 * @param output where its own words go: to the terminal, or nowhere
 * @param patience milliseconds from the counts to the end; Vitest itself gives up on its workers after ten seconds
 */
export async function runVitest(
  words: readonly string[],
  output: 'inherit' | 'ignore' = 'inherit',
  patience = 20_000,
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
  const ended = once(child, 'exit') as Promise<[number | null]>
  const isLate = await outlivesItsReport(ended, file, patience)
  if (isLate) {
    console.error('\nVitest has finished and does not end: a test has left a process behind.')
    child.kill('SIGKILL')
  }
  const [code] = await ended
  try {
    return confirmed(JSON.parse(readFileSync(file, 'utf8')) as Counts, code)
  } catch (error) {
    console.error(`Vitest ended with ${code} and left no counts: ${(error as Error).message}`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(file, { force: true })
  }
}

/**
 * Fulfils when the run has ended, or has not although its counts are written. A process that a test leaves behind can
 * hold Vitest's pipes open, and Vitest would wait for it for ever.
 */
async function outlivesItsReport(ended: Promise<unknown>, file: string, patience: number): Promise<boolean> {
  const gone = ended.then(() => true)
  while (!existsSync(file)) if (await Promise.race([gone, sleep(500, false)])) return false
  return !(await Promise.race([gone, sleep(patience, false)]))
}

/** A run that says it failed is a failed one, whatever was counted. */
function confirmed(counts: Counts, exitCode: number | null): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}
