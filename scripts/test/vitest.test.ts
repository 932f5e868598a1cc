import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inProject } from '../project.ts'
import { add, closingLine } from './counts.ts'
import { runVitest } from './vitest.ts'

let folder: string

beforeEach(() => {
  // Inside the project, where Vitest is found.
  mkdirSync(inProject('.cache'), { recursive: true })
  folder = mkdtempSync(inProject('.cache', 'counts-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test.each([
  { what: 'tests', code: 'test("a", () => {}); test("b", () => { throw 1 })', counts: [1, 1, 0] },
  { what: 'skipped ones', code: 'test.skip("a", () => {}); test.todo("b")', counts: [0, 0, 2] },
  { what: 'a file that cannot be loaded', code: 'throw new Error("no")', counts: [0, 1, 0] },
  {
    what: 'a hook that fails',
    code: 'describe("a", () => { beforeAll(() => { throw 1 }); test("b", () => {}) })',
    counts: [0, 1, 1],
  },
  {
    what: 'an error outside of every test',
    code: 'test("a", async () => { Promise.reject(1); await new Promise(r => setTimeout(r, 50)) })',
    counts: [1, 1, 0],
  },
  {
    what: 'a worker that dies',
    code: 'test("a", () => process.kill(process.pid, "SIGKILL"))',
    counts: [0, 1, 0],
  },
])('counts $what', async ({ code, counts }) => {
  const head = "import { beforeAll, describe, test } from 'vitest'\n"
  writeFileSync(path.join(folder, 'a.test.ts'), head + code)
  const [passed, failed, skipped] = counts
  expect(await runVitest([`--root=${folder}`], 'ignore')).toEqual({ passed, failed, skipped })
})

test('a process that a test leaves behind fails the run and does not hold it up for ever', async () => {
  const code = [
    "import { spawn } from 'node:child_process'",
    "import { test } from 'vitest'",
    "const wait = 'setTimeout(() => {}, 20000)'",
    "test('a', () => void spawn(process.execPath, ['-e', wait], { stdio: 'inherit' }))",
  ]
  writeFileSync(path.join(folder, 'a.test.ts'), code.join('\n'))
  expect(await runVitest([`--root=${folder}`], 'ignore', 2000)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

test('nothing to run is nothing counted', async () => {
  expect(await runVitest([`--root=${folder}`], 'ignore')).toEqual({ passed: 0, failed: 0, skipped: 0 })
})

test('the closing line names skipped tests only when there are some', () => {
  const one = { passed: 1, failed: 2, skipped: 0 }
  expect(closingLine(one)).toBe('1 passed, 2 failed')
  expect(closingLine(add(one, { passed: 0, failed: 0, skipped: 3 }))).toBe('1 passed, 2 failed, 3 skipped')
})
