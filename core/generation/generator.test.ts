import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import type { TopicData } from '../contract/events.ts'
import type { Delta, LoadedModel } from '../engine/engine.ts'
import { createScriptedEngine, type ScriptedOptions } from '../engine/scripted/scripted.ts'
import type { Library } from '../library/types.ts'
import { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { ModelResidency } from '../residency/residency.ts'
import { ActiveSet } from './active.ts'
import { ModelGenerator } from './generator.ts'
import type { OpenRequest } from './types.ts'

const never = new AbortController().signal
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

function input(content: string, modelId = 'scripted'): OpenRequest {
  return {
    modelId,
    request: { prompt: { kind: 'chat', messages: [{ role: 'user', content }] }, stop: [], sampling: {} },
    meta: { requestId: 'req_1', route: '/v1/chat/completions', client: 'x'.repeat(300), keyName: null },
  }
}

function home(options: ScriptedOptions = {}) {
  const bus = new Bus(error => {
    throw error
  })
  const started: TopicData<'request.started'>[] = []
  const finished: TopicData<'request.finished'>[] = []
  bus.listen((topic, data) => {
    if (topic === 'request.started') started.push(data as TopicData<'request.started'>)
    if (topic === 'request.finished') finished.push(data as TopicData<'request.finished'>)
  })
  const engine = createScriptedEngine(options)
  const residency = new ModelResidency({
    engine,
    source: async id => ({ id, path: '' }),
    loadOptions: () => ({}),
    crashLimit: () => ({ count: 5, seconds: 60 }),
    bus,
    log: silent,
  })
  const active = new ActiveSet()
  const library: Pick<Library, 'facts'> = {
    facts: async id => (id === 'bad' ? { state: 'invalid', reason: 'It is cut off.' } : { state: 'unknown' }),
  }
  const generator = new ModelGenerator({ library, residency, active, bus })
  const leases = () => residency.states()[0]?.leases
  return { generator, active, engine, residency, started, finished, leases }
}

describe('a generation', () => {
  it('holds the model until its end, and tells the bus how it went', async () => {
    const { generator, active, started, finished, leases } = home()
    const generation = await generator.open(input('count to 3'), never)
    expect(generation.promptTokens).toBe(5)
    expect([leases(), active.count]).toEqual([1, 1])
    expect(started).toMatchObject([{ id: 'req_1', model: 'scripted', client: 'x'.repeat(200) }])
    let text = ''
    for await (const delta of generation.deltas) if (delta.type === 'text') text += delta.text
    expect(text).toBe('1 2 3')
    expect([leases(), active.count]).toEqual([0, 0])
    expect(finished).toMatchObject([
      { id: 'req_1', outcome: 'finished', code: null, promptTokens: 5, completionTokens: 3, cachedTokens: 0 },
    ])
    expect(finished[0]?.firstTokenMilliseconds).toBeLessThanOrEqual(finished[0]?.milliseconds ?? 0)
    await generation[Symbol.asyncDispose]()
    expect(finished).toHaveLength(1)
  })

  it('is cancelled when its reader leaves the loop', async () => {
    const { generator, active, finished, leases } = home()
    const generation = await generator.open(input('count to 1000'), never)
    for await (const delta of generation.deltas) if (delta.type === 'text' && delta.text === ' 10') break
    expect([leases(), active.count]).toEqual([0, 0])
    expect(finished).toMatchObject([{ outcome: 'cancelled', code: null, completionTokens: 10 }])
  })

  it('is cancelled when it is disposed unread', async () => {
    const { generator, active, finished, leases } = home({ prefillMilliseconds: 60_000 })
    {
      await using generation = await generator.open(input('count to 1000'), never)
      expect(generation.promptTokens).toBe(5)
    }
    expect([leases(), active.count]).toEqual([0, 0])
    expect(finished).toMatchObject([
      { outcome: 'cancelled', completionTokens: 0, firstTokenMilliseconds: null },
    ])
  })

  it.each([
    ['while loading', { loadMilliseconds: 60_000 }],
    ['in prefill', { prefillMilliseconds: 60_000 }],
    ['while decoding', { wordMilliseconds: 20 }],
  ])('throws the reason and frees everything when the client leaves %s', async (_when, options) => {
    const { generator, active, finished, residency } = home(options)
    const controller = new AbortController()
    const gone = new ImpetusError('client_closed', 'The client closed the connection.')
    setTimeout(() => controller.abort(gone), 60)
    const run = async () => {
      await using generation = await generator.open(input('count to 1000'), controller.signal)
      for await (const delta of generation.deltas) if (delta.type === 'end') break
    }
    await expect(run()).rejects.toBe(gone)
    expect(active.count).toBe(0)
    expect(residency.states().filter(model => model.leases > 0)).toEqual([])
    expect(finished).toMatchObject([{ outcome: 'cancelled', code: null }])
  })

  it('tells why it failed', async () => {
    const { generator, finished, engine, residency } = home({ wordMilliseconds: 20 })
    await expect(generator.open(input('hello', 'bad'), never)).rejects.toMatchObject({
      code: 'invalid_model',
    })
    expect(residency.states()).toEqual([])
    const generation = await generator.open(input('count to 1000'), never)
    setTimeout(() => engine.crash('test'), 50)
    const reading = (async () => {
      for await (const delta of generation.deltas) if (delta.type === 'end') break
    })()
    await expect(reading).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(finished).toMatchObject([
      { outcome: 'failed', code: 'invalid_model' },
      { outcome: 'failed', code: 'engine_crashed' },
    ])
  })

  it('tries once more when the runner turns out to be dead before anything was answered', async () => {
    const { generator, residency, finished } = home()
    const acquire = residency.acquire.bind(residency)
    let tries = 0
    residency.acquire = async (id, signal) => {
      const lease = await acquire(id, signal)
      tries++
      if (tries > 1) return lease
      const model = saying(lease.model, [], new ImpetusError('engine_crashed', 'It was dead.'))
      return { model, [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose]() }
    }
    const generation = await generator.open(input('count to 2'), never)
    for await (const delta of generation.deltas) if (delta.type === 'end') expect(delta.reason).toBe('stop')
    expect(tries).toBe(2)
    expect(residency.states()[0]?.leases).toBe(0)
    expect(finished).toMatchObject([{ outcome: 'finished' }])
  })

  it('ends badly, not silently, when an engine breaks its word', async () => {
    const start: Delta = { type: 'start', promptTokens: 1 }
    const text: Delta = { type: 'text', text: 'a', tokens: 1 }
    for (const deltas of [[], [text], [start, start], [start, text]]) {
      const { generator, residency, active } = home()
      const acquire = residency.acquire.bind(residency)
      residency.acquire = async (id, signal) => {
        const lease = await acquire(id, signal)
        return {
          model: saying(lease.model, deltas),
          [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
        }
      }
      const run = async () => {
        const generation = await generator.open(input('hello'), never)
        for await (const delta of generation.deltas) if (delta.type === 'end') break
      }
      await expect(run()).rejects.toMatchObject({ code: 'internal_error' })
      expect([residency.states()[0]?.leases, active.count]).toEqual([0, 0])
    }
  })
})

describe('shutting down', () => {
  it('refuses new requests, waits for the running ones, and can end them', async () => {
    const { generator, active, finished } = home({ wordMilliseconds: 20 })
    const generation = await generator.open(input('count to 1000'), never)
    active.refuseNew()
    await expect(generator.open(input('hello'), never)).rejects.toMatchObject({ code: 'shutting_down' })
    const error = new ImpetusError('shutting_down', 'The time to finish is over.')
    setTimeout(() => active.endAll(error), 50)
    const reading = (async () => {
      for await (const delta of generation.deltas) if (delta.type === 'end') break
    })()
    await expect(reading).rejects.toBe(error)
    await active.idle()
    expect(finished).toMatchObject([{ outcome: 'failed', code: 'shutting_down' }])
  })
})

/** The model, but what it generates is this, then `error`. */
function saying(model: LoadedModel, deltas: readonly Delta[], error?: ImpetusError): LoadedModel {
  const generate = async function* () {
    yield* deltas
    if (error !== undefined) throw error
  }
  return new Proxy(model, {
    get: (target, name) => (name === 'generate' ? generate : Reflect.get(target, name, target)),
  })
}
