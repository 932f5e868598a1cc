import { execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allCommands } from '../core/cli/cli.ts'
import { exitCodes } from '../core/contract/exit-codes.ts'
import { settingLeaves } from '../core/settings/leaves.ts'
import { type Core, Sandbox, until } from './support/program.ts'

const exec = promisify(execFile)

describe('the table of commands', () => {
  test('every flag of a setting is an option of serve', () => {
    const serve = allCommands.find(({ name }) => name === 'serve')
    const options = new Set(serve?.options?.map(({ name }) => name))
    for (const { flag, key } of settingLeaves()) {
      if (flag !== undefined) expect(options.has(flag), `--${flag} of ${key}`).toBe(true)
    }
  })

  test('names are unique, and every example calls its own command', () => {
    const names = allCommands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, examples } of allCommands) {
      expect(examples.length).toBeGreaterThan(0)
      for (const example of examples) expect(example).toContain(`impetus ${name}`)
    }
  })
})

describe('without a core', () => {
  let box: Sandbox
  beforeEach(() => {
    box = new Sandbox()
  })
  afterEach(() => box[Symbol.asyncDispose]())

  test('help lists every command and every exit code; each command has help of its own', async () => {
    const { code, stdout } = await box.run(['help'])
    expect(code).toBe(0)
    for (const { name, summary } of allCommands)
      expect(stdout).toMatch(new RegExp(`^ {2}${name} .*${summary}`, 'm'))
    for (const { code: number } of Object.values(exitCodes))
      expect(stdout).toMatch(new RegExp(`^ {2}${number} `, 'm'))
    const help = await box.run(['keys', 'create', '--help'])
    expect(help).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('impetus keys create NAME [options]'),
    })
  })

  test.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['status', '--nonsense'], "'--nonsense'"],
    [['status', 'more'], '"more" is too much'],
    [['run'], 'MODEL is missing'],
    [['serve', '--port', 'x'], '--port is "x"'],
    [['serve', '--port', '70000'], '--port is "70000"'],
    [['serve', '--engine', 'magic'], '--engine is "magic"'],
    [['logs', '--lines=-1'], '--lines is "-1"'],
  ])('%j is a usage error that names what is wrong', async (args, message) => {
    const { code, stderr } = await box.run(args)
    expect(stderr).toMatch(/^impetus: .+\n$/)
    expect(stderr).toContain(message)
    expect(code).toBe(64)
  })

  test.each([['status'], ['models'], ['stop'], ['open'], ['keys'], ['run default hello']])(
    '%s says that none runs, with code 69',
    async line => {
      const { code, stderr } = await box.run(line.split(' '))
      expect(code).toBe(69)
      expect(stderr).toBe(`impetus: No core is running on ${box.home}. Start one with "impetus serve".\n`)
      const json = await box.run([...line.split(' '), '--json'])
      expect(JSON.parse(json.stderr)).toMatchObject({ error: { exitCode: 69 } })
    },
  )

  test('version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect((await box.run(['--version'])).stdout).toContain(`Impetus ${version} `)
    expect(JSON.parse((await box.run(['version', '--json'])).stdout)).toMatchObject({ version })
  })

  test('doctor finds nothing wrong with an empty home, and loads the engine in a child', async () => {
    const { code, stdout } = await box.run(['doctor', '--json'])
    const findings: { check: string; state: string; message: string }[] = JSON.parse(stdout)
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([])
    expect(findings.find(({ check }) => check === 'engine')?.message).toContain('llama.cpp starts')
    expect(code).toBe(0)
    expect(existsSync(box.home)).toBe(false)
  })

  test('doctor names each fault with its fix, with code 1', async () => {
    mkdirSync(box.home)
    chmodSync(box.home, 0o755)
    writeFileSync(box.paths.settings, '{ "server": { "port": "many" } }')
    writeFileSync(box.paths.database, 'no database')
    const { code, stdout } = await box.run(['doctor', '--json'], { env: { IMPETUS_NATIVE_DIR: '/nowhere' } })
    const findings: { check: string; state: string; fix: string | null }[] = JSON.parse(stdout)
    const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]))
    expect(states).toMatchObject({
      home: 'warning',
      settings: 'bad',
      database: 'bad',
      engine: 'bad',
      core: 'warning',
    })
    for (const { state, fix, check } of findings) if (state !== 'good') expect(fix, check).toBeTruthy()
    expect(code).toBe(1)
    expect((await box.run(['doctor'])).stdout).toContain('line 1: "server.port"')
  })

  test('doctor names who holds the port', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { stdout } = await box.run(['doctor'], { env: { IMPETUS_PORT: String(port) } })
    server.close()
    expect(stdout).toContain(`${port} is taken by`)
    expect(stdout).toContain(`process ${process.pid}`)
  })

  test('install-cli puts a working command on the PATH, and never replaces what is not ours', async () => {
    const folder = join(box.folder, 'bin')
    mkdirSync(folder)
    const env = { PATH: `${folder}:${process.env.PATH}` }
    for (let times = 0; times < 2; times++) {
      const { code, stdout } = await box.run(['install-cli', '--folder', folder], { env })
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(join(folder, 'impetus')),
      })
    }
    expect(statSync(join(folder, 'impetus')).mode & 0o777).toBe(0o755)
    const { stdout } = await exec('impetus', ['version'], { env: box.environment(env) })
    expect(stdout).toMatch(/^Impetus \d/)
    writeFileSync(join(folder, 'impetus'), '#!/bin/sh\necho other')
    expect((await box.run(['install-cli', '--folder', folder], { env })).code).toBe(73)
    const elsewhere = await box.run(['install-cli'], { env: { PATH: '/usr/bin:/bin' } })
    expect(elsewhere.stdout).toContain(`export PATH="${join(box.folder, '.local', 'bin')}:$PATH"`)
  })
})

describe('with a core', () => {
  let box: Sandbox
  let core: Core
  beforeAll(async () => {
    box = new Sandbox()
    core = await box.serve([], { env: { IMPETUS_SCRIPTED_WORD_MILLISECONDS: '5' } })
  })
  afterAll(() => box[Symbol.asyncDispose]())

  test('status and models, for people and for programs', async () => {
    expect((await box.run(['status'])).stdout).toContain(core.facts.url)
    expect(JSON.parse((await box.run(['status', '--json'])).stdout)).toMatchObject({
      pid: core.pid,
      state: 'running',
    })
    expect((await box.run(['models'])).stdout).toMatch(/^scripted \*/m)
    expect(JSON.parse((await box.run(['models', '--json'])).stdout)[0]).toMatchObject({
      id: 'scripted',
      default: true,
    })
  })

  test('run streams an answer; a prompt can be piped in, alone or after the words', async () => {
    expect((await box.run(['run', 'default', 'Say', 'it'])).stdout).toBe('You said: Say it\n')
    expect((await box.run(['run', 'scripted'], { input: 'from a pipe\n' })).stdout).toBe(
      'You said: from a pipe\n',
    )
    const both = await exec(
      'sh',
      ['-c', `echo piped | "${process.execPath}" core/main.ts run default words`],
      { env: box.environment() },
    )
    expect(both.stdout).toBe('You said: words\n\npiped\n')
    const json = await box.run(['run', 'default', 'x', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      object: 'chat.completion',
      choices: [{ finish_reason: 'stop' }],
    })
  })

  test('run: an unknown model names the installed ones, nothing to ask is a usage error', async () => {
    expect(await box.run(['run', 'nope', 'x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Installed: scripted'),
    })
    expect((await box.run(['run', 'default'])).code).toBe(64)
    expect((await box.run(['run', 'default', 'x', '--seed', 'y'])).code).toBe(64)
  })

  test('run: Ctrl-C stops the answer, with code 130, and the engine', async () => {
    const child = spawn(process.execPath, ['core/main.ts', 'run', 'default', 'count to 100000'], {
      env: box.environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise(resolve => child.stdout.once('data', resolve))
    child.kill('SIGINT')
    expect(await new Promise(resolve => child.once('exit', resolve))).toBe(130)
    await until(
      async () =>
        (await core.request('GET', '/api/status')).json<{ requests: { active: number } }>().requests
          .active === 0,
    )
  })

  test('a reader that goes away is no error', async () => {
    const { stdout, stderr } = await exec(
      'sh',
      ['-c', `"${process.execPath}" core/main.ts run default 'count to 2000' | head -c 5`],
      { env: box.environment() },
    )
    expect({ stdout, stderr }).toEqual({ stdout: '1 2 3', stderr: '' })
  })

  test('keys: made, listed, used, revoked', async () => {
    const made = JSON.parse((await box.run(['keys', 'create', 'for a test', '--json'])).stdout)
    expect((await box.run(['keys'])).stdout).toContain(made.info.id)
    const headers = { 'x-api-key': made.key as string }
    expect((await core.request('GET', '/v1/models', { over: 'tcp', headers })).status).toBe(200)
    expect((await box.run(['keys', 'revoke', made.info.id])).stdout).toContain('no longer works')
    expect((await core.request('GET', '/v1/models', { over: 'tcp', headers })).status).toBe(401)
    expect((await box.run(['keys', 'revoke', made.info.id])).code).toBe(1)
  })

  test('open gives a link that signs in once; so does the link of the start', async () => {
    const { url } = JSON.parse((await box.run(['open', '--json'])).stdout)
    for (const link of [url, core.facts.signInLink]) {
      expect(link).toMatch(new RegExp(`^${core.facts.url}/#code=`))
      const body = { code: link.split('#code=')[1] }
      const headers = { origin: core.facts.url }
      expect((await core.request('POST', '/api/sign-in', { over: 'tcp', body, headers })).status).toBe(200)
      expect((await core.request('POST', '/api/sign-in', { over: 'tcp', body, headers })).status).toBe(401)
    }
  })

  test('doctor is content', async () => {
    const { code, stdout } = await box.run(['doctor'])
    expect(stdout).toContain(`runs at ${core.facts.url}`)
    expect(code).toBe(0)
  })

  test('logs -f follows over rotations and loses no line', async () => {
    await core.request('PATCH', '/api/settings', {
      body: { logs: { level: 'debug', maxBytes: 65_536, maxFiles: 3 } },
    })
    const child = spawn(process.execPath, ['core/main.ts', 'logs', '-f', '-n', '0', '--json'], {
      env: box.environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let seen = ''
    child.stdout.setEncoding('utf8').on('data', piece => (seen += piece))
    await until(async () => {
      await core.request('GET', '/api/begin')
      return seen.includes('/api/begin')
    })
    const marks = Array.from({ length: 600 }, (_, n) => `/api/mark-${n}-${'x'.repeat(40)}`)
    for (const mark of marks) await core.request('GET', mark)
    await until(() => seen.includes(marks.at(-1) ?? ''))
    child.kill('SIGINT')
    expect(await new Promise(resolve => child.once('exit', resolve))).toBe(0)
    expect(existsSync(`${box.paths.log}.1`)).toBe(true)
    expect(marks.filter(mark => seen.split(mark).length !== 2)).toEqual([])
    const last = await box.run(['logs', '-n', '2'])
    expect(last.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} debug http: request /)
  })
})

describe('the curl line of the start works when pasted', () => {
  test.each([
    ['over TCP', {}],
    ['over the socket, where a key is required', { IMPETUS_REQUIRE_KEY: '1' }],
  ])('%s', async (_name, env) => {
    await using box = new Sandbox()
    const child = spawn(
      process.execPath,
      ['core/main.ts', 'serve', '--port', '0', '--engine', 'scripted', '--supervised'],
      {
        env: box.environment(env),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    let said = ''
    child.stdout.setEncoding('utf8').on('data', piece => (said += piece))
    await until(() => said.includes('Dashboard'))
    const line = /^ {2}Try it {5}(curl .+)$/m.exec(said)?.[1] ?? ''
    const { stdout } = await exec('sh', ['-c', line.replace('curl ', 'curl -sS ')])
    expect(JSON.parse(stdout)).toMatchObject({ choices: [{ message: { content: 'You said: Hello!' } }] })
    child.stdin.end()
    await new Promise(resolve => child.once('exit', resolve))
  })
})

test('a supervised core that cannot start ends all the same', async () => {
  await using box = new Sandbox()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const child = spawn(
    process.execPath,
    [
      'core/main.ts',
      'serve',
      '--port',
      String(port),
      '--strict-port',
      '--supervised',
      '--engine',
      'scripted',
    ],
    {
      env: box.environment(),
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  expect(await new Promise(resolve => child.once('exit', resolve))).toBe(75)
  server.close()
})
