import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { SettingsStore } from './settings.ts'

let folder: string
let path: string
let lines: string[]
let stores: SettingsStore[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-settings-'))
  path = join(folder, 'settings.json')
  lines = []
  stores = []
})

afterEach(() => {
  for (const store of stores) store.stop()
  rmSync(folder, { recursive: true, force: true })
})

const log: Log = {
  debug: message => void lines.push(message),
  info: message => void lines.push(message),
  warn: message => void lines.push(message),
  error: message => void lines.push(message),
  child: () => log,
}

async function start(file: unknown, env = {}, flags = {}): Promise<SettingsStore> {
  if (file !== undefined) writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file))
  const bus = new Bus(error => {
    throw error
  })
  const store = new SettingsStore({ path, env, flags, bus, log })
  stores.push(store)
  await store.start()
  return store
}

describe('at start', () => {
  test('without a file the defaults hold', async () => {
    const { current } = await start(undefined)
    expect(current.server).toMatchObject({
      port: 4673,
      host: '127.0.0.1',
      requireKey: false,
      drainSeconds: 10,
    })
    expect(current.server.limits).toMatchObject({
      bodyBytes: 32 * 2 ** 20,
      stringBytes: 8 * 2 ** 20,
      nesting: 64,
    })
  })

  test('flag over variable over file over default', async () => {
    const file = { server: { port: 1001 }, engine: { threads: 3 } }
    expect((await start(file)).current.server.port).toBe(1001)
    expect((await start(file, { IMPETUS_PORT: '1002' })).current.server.port).toBe(1002)
    const store = await start(file, { IMPETUS_PORT: '1002' }, { port: '1003' })
    expect(store.current.server.port).toBe(1003)
    expect(store.current.engine.threads).toBe(3)
    expect(store.answer().overridden).toEqual({ 'server.port': '--port' })
  })

  test('variables are read as what the setting wants', async () => {
    const env = {
      IMPETUS_REQUIRE_KEY: '1',
      IMPETUS_MODELS: '/a:/b',
      IMPETUS_DEFAULT_MODEL: '7',
      IMPETUS_THREADS: '',
    }
    const { current } = await start(undefined, env)
    expect(current.server.requireKey).toBe(true)
    expect(current.models).toMatchObject({ folders: ['/a', '/b'], default: '7' })
    expect(current.engine.threads).toBe(null)
  })

  test.each([
    ['', 'line 1'],
    ['{\n "server": {\n  "port": 1,\n', 'line 3: not valid JSON'],
    ['{\n "server": {\n  "port": 1\n', 'line 3: not valid JSON'],
    ['[]', 'line 1'],
    ['null', 'line 1'],
    ['{\n "server": {\n  "port": "4673"\n }\n}', 'line 3: "server.port" must be a'],
    ['{\n "server": {\n  "requireKey": "yes" } }', 'line 3: "server.requireKey" must be a boolean'],
    ['{ "server": [] }', 'line 1: "server" must be an object'],
    ['{ "server": {\n "allowedHosts": ["a",\n 5] } }', 'line 3: "server.allowedHosts.1"'],
    [
      '{\n\n "server": { "requirekey": true } }',
      'line 3: "server.requirekey" is not a setting; did you mean "server.requireKey"',
    ],
    ['{ "servers": {} }', 'did you mean "server"'],
    ['{ "server": { "host": "0.0.0.0" } }', '"server.host" would open Impetus to other machines'],
    ['{ "server": { "host": "0.0.0.0", "requireKey": true } }', '"server.host" would open'],
    ['{ "server": { "tls": { "cert": "/c.pem" } } }', '"server.tls" needs both'],
    [`"${'x'.repeat(2 ** 20)}"`, 'bytes long'],
    ['['.repeat(100_000), 'not valid JSON'],
  ])('refuses %j', async (text, message) => {
    await expect(start(text)).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining(message),
    })
  })

  test('refuses a bad variable and a bad flag by name', async () => {
    await expect(start(undefined, { IMPETUS_PORT: '4673x' })).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining('IMPETUS_PORT is "4673x"'),
    })
    await expect(start(undefined, {}, { port: '99999' })).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('--port'),
    })
    await expect(start({ server: { requireKey: false } }, { IMPETUS_HOST: '0.0.0.0' })).rejects.toMatchObject(
      {
        exitCode: 78,
      },
    )
  })

  test('a byte order mark is no fault, and unknown keys are named', async () => {
    const store = await start('\uFEFF{ "server": { "port": 5 }, "dashboard": { "theme": "dark" } }')
    expect(store.current.server.port).toBe(5)
    expect(store.answer().warnings).toEqual([expect.stringContaining('line 1: "dashboard"')])
    expect(lines).toHaveLength(1)
  })
})

describe('when the file changes', () => {
  test('good changes are taken, also when the file is replaced', async () => {
    const store = await start({ logs: { level: 'info' } })
    const heard: (readonly string[])[] = []
    store.onChange((_settings, keys) => heard.push(keys))
    writeFileSync(path, JSON.stringify({ logs: { level: 'debug' }, server: { port: 9 } }))
    await vi.waitFor(() => expect(store.current.logs.level).toBe('debug'), 5000)
    expect(heard).toEqual([['server.port', 'logs.level']])
    expect(store.current.server.port).toBe(4673)
    expect(store.answer().restartNeeded).toEqual(['server.port'])
  })

  test('a bad file leaves everything as it was', async () => {
    const store = await start({ server: { requireKey: true } })
    writeFileSync(path, '{ "server": { "requireKey": fal')
    await vi.waitFor(() => expect(lines.join()).toContain('stay as they were'), 5000)
    expect(store.current.server.requireKey).toBe(true)
    rmSync(path)
    await vi.waitFor(() => expect(lines.join()).toContain('is gone'), 5000)
    expect(store.current.server.requireKey).toBe(true)
  })
})

describe('update', () => {
  test('writes a private file, keeps unknown keys and tells', async () => {
    const store = await start({ later: { x: 1 }, server: { port: 7, requireKey: true } })
    await store.update({ server: { port: null, drainSeconds: 3 } })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      later: { x: 1 },
      server: { requireKey: true, drainSeconds: 3 },
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(store.current.server).toMatchObject({ port: 7, drainSeconds: 3 })
    expect(store.answer().restartNeeded).toEqual(['server.port'])
  })

  test.each([
    [{ server: { port: 'x' } }, 'server.port'],
    [{ server: { nonsense: 1 } }, 'server.nonsense'],
    [{ server: 5 }, 'server'],
    [{ server: { host: '::' } }, 'server.host'],
    [{ __proto__x: 1 }, '__proto__x'],
  ])('refuses %j', async (patch, param) => {
    const store = await start({})
    await expect(store.update(patch)).rejects.toMatchObject({ code: 'invalid_value', param })
    expect(readFileSync(path, 'utf8')).toBe('{}')
  })

  test('does not write over a file that is bad', async () => {
    const store = await start({ server: { requireKey: true } })
    writeFileSync(path, '{ half')
    await expect(store.update({ server: { port: 1 } })).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(path, 'utf8')).toBe('{ half')
  })
})
