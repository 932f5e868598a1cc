import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = path.dirname(import.meta.dirname)
let home: string
let child: ChildProcess | undefined

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'impetus-start-'))
})

afterEach(() => {
  child?.kill('SIGTERM')
  rmSync(home, { recursive: true, force: true })
})

// The first time after a change it builds, and the machine may be busy: no word about how long it takes here.
test('npm start builds what is stale, prints four lines, answers, and ends on a signal with 0', async () => {
  const started = spawn(
    process.execPath,
    ['scripts/bootstrap.mjs', 'scripts/start.ts', '--port', '0', '--engine', 'scripted'],
    {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: home, IMPETUS_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  child = started
  const ended = once(started, 'exit')
  let output = ''
  let log = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  for await (const text of started.stdout.setEncoding('utf8')) {
    output += text as string
    if (/Dashboard .*\n/.test(output)) break
  }

  expect(output).toMatch(/^ *Address +http:\/\/127\.0\.0\.1:\d+\/v1/m)
  expect(output).toMatch(/^ *Model +scripted\b/m)
  expect(output).toMatch(/^ *Try it +curl http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions /m)
  expect(output).toMatch(/^ *Dashboard +http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{20,}$/m)

  const [, url = ''] = /Address +(\S+)\/v1/.exec(output) ?? []
  const health = await fetch(`${url}/health`)
  expect(await health.json()).toEqual({ status: 'ok' })

  started.kill('SIGTERM')
  const [code] = (await ended) as [number | null]
  expect(code, log).toBe(0)
  expect(existsSync(path.join(home, 'endpoint.json'))).toBe(false)
  expect(existsSync(path.join(home, 'impetus.sock'))).toBe(false)
}, 120_000)
