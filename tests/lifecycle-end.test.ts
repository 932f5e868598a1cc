import { existsSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Core, isAlive, Sandbox, until } from './support/program.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => box[Symbol.asyncDispose]())

const slow = { env: { IMPETUS_SCRIPTED_WORD_MILLISECONDS: '20' } }

interface Opened {
  /** What it will have brought at its end. */
  readonly all: Promise<string[]>
}

/** Opens streams and waits until each has brought its first words. */
function openStreams(core: Core, count: number, words: number): Promise<Opened[]> {
  return Promise.all(Array.from({ length: count }, () => openStream(core, words)))
}

async function openStream(core: Core, words: number): Promise<Opened> {
  const { status, events } = await core.stream(words)
  expect(status).toBe(200)
  const iterator = events[Symbol.asyncIterator]()
  const seen = [(await iterator.next()).value as string, (await iterator.next()).value as string]
  const rest = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) seen.push(next.value)
    return seen
  }
  return { all: rest() }
}

function endOf(events: readonly string[]) {
  expect(events.at(-1)).toBe('[DONE]')
  const payloads = events.slice(0, -1).map(event => JSON.parse(event))
  return {
    finishes: payloads.filter(({ choices }) => choices?.[0]?.finish_reason).length,
    errors: payloads.flatMap(({ error }) => (error ? [error.code as string] : [])),
  }
}

describe('SIGTERM', () => {
  test('with eight streams: nothing new, the streams finish, exit 0', async () => {
    const core = await box.serve([], slow)
    const streams = await openStreams(core, 8, 60)
    core.child.kill('SIGTERM')
    await until(async () => (await core.request('GET', '/ready')).status === 503)
    const refused = await core.request('POST', '/v1/chat/completions', {
      body: { messages: [{ role: 'user', content: 'x' }] },
    })
    expect(refused.status).toBe(503)
    expect(refused.json()).toMatchObject({ error: { code: 'shutting_down' } })
    expect((await core.request('GET', '/api/status')).json()).toMatchObject({ state: 'draining' })
    expect((await core.request('GET', '/health')).status).toBe(200)
    for (const { all } of streams) expect(endOf(await all)).toEqual({ finishes: 1, errors: [] })
    expect(await core.exited).toEqual({ code: 0, signal: null })
  })

  test('streams that last longer than the grace period end with one error event', async () => {
    const core = await box.serve([], { env: { ...slow.env, IMPETUS_DRAIN_SECONDS: '1' } })
    const streams = await openStreams(core, 3, 5000)
    const began = performance.now()
    core.child.kill('SIGTERM')
    for (const { all } of streams)
      expect(endOf(await all)).toEqual({ finishes: 0, errors: ['shutting_down'] })
    expect(await core.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeGreaterThan(900)
    expect(performance.now() - began).toBeLessThan(6000)
  })

  test('a second one ends it at once, and leaves nothing behind', async () => {
    const core = await box.serve([], slow)
    const streams = await openStreams(core, 2, 5000)
    for (const { all } of streams) all.catch(() => {})
    core.child.kill('SIGTERM')
    await until(async () => (await core.request('GET', '/ready')).status === 503)
    const began = performance.now()
    core.child.kill('SIGTERM')
    expect((await core.exited).code).toBe(0)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(existsSync(box.paths.endpoint)).toBe(false)
    expect(existsSync(box.paths.socket)).toBe(false)
  })

  test.each(['SIGINT', 'SIGHUP'] as const)('%s does the same', async signal => {
    const core = await box.serve()
    core.child.kill(signal)
    expect(await core.exited).toEqual({ code: 0, signal: null })
  })
})

describe('--supervised', () => {
  test('the core ends when its standard input closes', async () => {
    const core = await box.serve([], slow)
    const stream = await openStream(core, 5000)
    const began = performance.now()
    core.child.stdin?.end()
    expect(endOf(await stream.all)).toEqual({ finishes: 0, errors: ['shutting_down'] })
    expect(await core.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('without it, it does not', async () => {
    const core = await box.serve([], { supervised: false })
    core.child.stdin?.end()
    await sleep(300)
    expect((await core.request('GET', '/health')).status).toBe(200)
  })
})

describe('a core that is suspended', () => {
  test('answers again when it goes on, and a stream that was running ends well', async () => {
    const core = await box.serve([], slow)
    const stream = await openStream(core, 60)
    core.child.kill('SIGSTOP')
    const asked = core.request('GET', '/health')
    await sleep(1500)
    core.child.kill('SIGCONT')
    expect((await asked).status).toBe(200)
    expect(endOf(await stream.all)).toEqual({ finishes: 1, errors: [] })
    expect((await core.request('GET', '/api/status')).json()).toMatchObject({
      state: 'running',
      requests: { active: 0 },
    })
  })
})

test('impetus stop drains, waits for the end and says so', async () => {
  const core = await box.serve([], slow)
  const stream = await openStream(core, 40)
  const { code, stdout } = await box.run(['stop'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Impetus has ended.\n' })
  expect(isAlive(core.pid)).toBe(false)
  expect(endOf(await stream.all)).toEqual({ finishes: 1, errors: [] })
  expect((await box.run(['stop'])).code).toBe(69)
})

test('impetus stop --now waits for nobody: running answers end with one error event', async () => {
  const core = await box.serve([], slow)
  const stream = await openStream(core, 5000)
  const began = performance.now()
  expect(await box.run(['stop', '--now'])).toMatchObject({ code: 0, stdout: 'Impetus has ended.\n' })
  expect(performance.now() - began).toBeLessThan(5000)
  expect(endOf(await stream.all)).toEqual({ finishes: 0, errors: ['shutting_down'] })
  expect(await core.exited).toEqual({ code: 0, signal: null })
})

test('the end is told on the event stream, to its last state', async () => {
  const core = await box.serve()
  const target = { socketPath: box.paths.socket, path: '/api/events?topics=core.changed', agent: false }
  const response = await new Promise<IncomingMessage>(resolve => get(target, resolve))
  let seen = ''
  response.setEncoding('utf8').on('data', piece => (seen += piece))
  const closed = new Promise(resolve => response.once('close', resolve))
  await until(() => seen.includes('stream.heartbeat'))
  core.child.kill('SIGTERM')
  await closed
  expect([...seen.matchAll(/"state":"(\w+)"/g)].map(([, state]) => state)).toEqual(['draining', 'stopped'])
})
