import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Core, Sandbox, until } from './support/program.ts'

const exec = promisify(execFile)

interface Active {
  readonly requests: { readonly active: number }
}

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
    await until(async () => (await core.request('GET', '/api/status')).json<Active>().requests.active === 0)
  })

  test.runIf(existsSync('/usr/bin/script') && process.platform === 'linux')(
    'without a prompt it is a conversation: Ctrl-C stops an answer, twice it leaves',
    async () => {
      // A terminal of its own, which script(1) makes.
      const child = spawn('script', ['-qec', `"${process.execPath}" core/main.ts run default`, '/dev/null'], {
        env: box.environment(),
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      let seen = ''
      child.stdout.setEncoding('utf8').on('data', piece => (seen += piece))
      const says = async (text: string, expected: string) => {
        seen = ''
        child.stdin.write(text)
        await until(() => seen.includes(expected))
      }
      await until(() => seen.includes('> '))
      await says('good morning\r', 'You said: good morning')
      await says('count to 100000\r', '1 2 3 4 5')
      await says('\x03', '(stopped)')
      await says('still there?\r', 'You said: still there?')
      await says('\x03', 'Ctrl-C once more')
      child.stdin.write('\x03')
      expect(await new Promise(resolve => child.once('exit', resolve))).toBe(0)
    },
  )

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

test('a core that is killed in the middle of an answer is said plainly', async () => {
  await using box = new Sandbox()
  const core = await box.serve([], { env: { IMPETUS_SCRIPTED_WORD_MILLISECONDS: '5' } })
  const answer = box.run(['run', 'default', 'count to 100000'])
  await until(async () => (await core.request('GET', '/api/status')).json<Active>().requests.active === 1)
  await core.kill()
  expect(await answer).toMatchObject({ code: 69, stderr: 'impetus: The core ended before its answer did.\n' })
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
