import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Sandbox } from './support/program.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => box[Symbol.asyncDispose]())

const mode = (path: string) => statSync(path).mode & 0o777

const hasIpv6 = Object.values(networkInterfaces()).some(list =>
  list?.some(({ address }) => address === '::1'),
)

/** A stranger on a port of its own choice. */
async function occupy(): Promise<{ port: number; server: Server }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, server }
}

describe('a start', () => {
  test('publishes where it is, answers there, and leaves nothing behind', async () => {
    const core = await box.serve()
    const { url, port, model } = core.facts
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(model).toBe('scripted')
    const published = JSON.parse(readFileSync(box.paths.endpoint, 'utf8'))
    expect(published).toMatchObject({
      pid: core.pid,
      url,
      port,
      wantedPort: null,
      tls: false,
      socket: box.paths.socket,
    })
    for (const base of hasIpv6 ? [url, `http://[::1]:${port}`] : [url]) {
      expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'ok' })
      expect((await fetch(`${base}/ready`)).status).toBe(200)
    }
    const status = (await core.request('GET', '/api/status')).json<Record<string, unknown>>()
    expect(status).toMatchObject({
      pid: core.pid,
      state: 'running',
      home: box.home,
      requests: { active: 0 },
      address: { url, port },
    })
    core.child.kill('SIGTERM')
    expect(await core.exited).toEqual({ code: 0, signal: null })
    expect(existsSync(box.paths.endpoint)).toBe(false)
    expect(existsSync(box.paths.socket)).toBe(false)
  })

  test('tells strangers on TCP nothing about places on the disk', async () => {
    const core = await box.serve()
    const answer = await core.request('GET', '/api/status', { over: 'tcp' })
    expect(answer.json()).toMatchObject({ home: null, address: { socket: null, port: core.facts.port } })
    expect(answer.body).not.toContain(box.folder)
  })

  test('everything in the home is private, under any umask', async () => {
    await box.serve([], { shell: 'umask 000' })
    for (const folder of [box.home, box.paths.logs, box.paths.models]) expect(mode(folder)).toBe(0o700)
    for (const file of [
      box.paths.socket,
      box.paths.endpoint,
      box.paths.log,
      box.paths.database,
      box.paths.lock,
    ]) {
      expect(mode(file), file).toBe(0o600)
    }
  })

  test('a home that others could read is closed', async () => {
    mkdirSync(box.home, { mode: 0o777 })
    await box.serve()
    expect(mode(box.home)).toBe(0o700)
  })

  test('in a terminal it says where, what, how to try it and how to sign in; only the first start explains models', async () => {
    const run = async () => {
      const child = box.run(['serve', '--port', '0', '--engine', 'scripted', '--supervised'])
      return (await child).stdout
    }
    const first = await run()
    expect(first).toMatch(/^ {2}Address {4}http:\/\/127\.0\.0\.1:\d+\/v1/m)
    expect(first).toMatch(/^ {2}Model {6}scripted/m)
    expect(first).toMatch(/^ {2}Try it {5}curl http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions/m)
    expect(first).toMatch(/^ {2}Dashboard {2}http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}$/m)
    expect(first).toContain('canned words for tests')
    expect(first).toContain(box.paths.models)
    expect(await run()).not.toContain(box.paths.models)
  })
})

describe('the port', () => {
  test('flag over environment over file', async () => {
    const [a, b, c] = await Promise.all([occupy(), occupy(), occupy()])
    for (const { server } of [a, b, c]) await new Promise(resolve => server.close(resolve))
    mkdirSync(box.home, { recursive: true })
    writeFileSync(box.paths.settings, JSON.stringify({ server: { port: a.port } }))
    const ended = async (args: string[], env: Record<string, string>) => {
      const { stdout } = await box.run(['serve', '--json', '--engine', 'scripted', '--supervised', ...args], {
        env,
      })
      return JSON.parse(stdout).port
    }
    expect(await ended([], {})).toBe(a.port)
    expect(await ended([], { IMPETUS_PORT: String(b.port) })).toBe(b.port)
    expect(await ended(['--port', String(c.port)], { IMPETUS_PORT: String(b.port) })).toBe(c.port)
  })

  test('taken by a stranger: the next free one, with a loud line naming the holder', async () => {
    const { port, server } = await occupy()
    try {
      const core = await box.serve(['--port', String(port)])
      expect(core.facts).toMatchObject({ wantedPort: port })
      expect(core.facts.port).toBeGreaterThan(port)
      expect(core.stdout).toContain(`process ${process.pid}`)
      expect((await core.request('GET', '/api/status')).json()).toMatchObject({
        address: { port: core.facts.port, wantedPort: port },
      })
    } finally {
      server.close()
    }
  })

  test('--strict-port: code 75, the holder named, nothing left behind', async () => {
    const { port, server } = await occupy()
    try {
      const { code, stderr } = await box.run([
        'serve',
        '--engine',
        'scripted',
        '--port',
        String(port),
        '--strict-port',
      ])
      expect(code).toBe(75)
      expect(stderr).toMatch(new RegExp(`Port ${port} is taken by .+ \\(process ${process.pid}\\)`))
      expect(existsSync(box.paths.endpoint)).toBe(false)
      expect(existsSync(box.paths.socket)).toBe(false)
    } finally {
      server.close()
    }
  })
})

describe('two cores on one home', () => {
  test('the second one ends with 75 and says where the first is', async () => {
    const core = await box.serve()
    const { code, stderr } = await box.run(['serve', '--engine', 'scripted', '--port', '0'])
    expect(code).toBe(75)
    expect(stderr).toContain(core.facts.url)
    expect(stderr).toContain(`process ${core.pid}`)
    expect((await core.request('GET', '/health')).status).toBe(200)
    expect(existsSync(box.paths.endpoint)).toBe(true)
  })

  test('a stopped first one still holds it; a killed one does not, whatever it left behind', async () => {
    const first = await box.serve()
    first.child.kill('SIGSTOP')
    expect((await box.run(['serve', '--engine', 'scripted', '--port', '0'])).code).toBe(75)
    await first.kill()
    expect(existsSync(box.paths.socket)).toBe(true)
    expect(existsSync(box.paths.endpoint)).toBe(true)
    const second = await box.serve()
    expect((await second.request('GET', '/health')).status).toBe(200)
  })
})

describe('what cannot work is said plainly, without a stack trace', () => {
  const refusal = async (env: Record<string, string | undefined>) => {
    const result = await box.run(['serve', '--engine', 'scripted', '--port', '0'], { env })
    expect(result.stderr).toMatch(/^impetus: .+\n$/)
    expect(result.stderr).not.toMatch(/\n {4}at /)
    return result
  }

  test('no home anywhere', async () => {
    expect(await refusal({ HOME: undefined, IMPETUS_HOME: undefined })).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('HOME is not set'),
    })
  })

  test('a file where the home should be', async () => {
    mkdirSync(dirname(box.home), { recursive: true })
    writeFileSync(box.home, '')
    expect((await refusal({})).code).toBe(73)
  })

  test('a socket path that is too long', async () => {
    const long = join(box.folder, 'x'.repeat(100))
    const { code, stderr } = await refusal({ IMPETUS_HOME: long })
    expect(code).toBe(78)
    expect(stderr).toContain('IMPETUS_HOME to a shorter path')
  })

  test('a bad setting: key and line', async () => {
    mkdirSync(box.home)
    writeFileSync(box.paths.settings, '{\n  "server": {\n    "requireKey": "maybe"\n  }\n}')
    const { code, stderr } = await refusal({})
    expect(code).toBe(78)
    expect(stderr).toContain('line 3: "server.requireKey"')
  })

  test('an open door without locks', async () => {
    const { code, stderr } = await refusal({ IMPETUS_HOST: '0.0.0.0' })
    expect(code).toBe(78)
    expect(stderr).toContain('other machines')
  })
})
