import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Fault, FaultyServer } from '../../../tests/support/faulty-openai.ts'
import type { Log } from '../../platform/log.ts'
import type { Delta, GenerateRequest, LoadedModel } from '../engine.ts'
import { Catalogue } from './catalogue.ts'
import { Connection } from './connection.ts'
import { createRemoteEngine } from './remote.ts'

const never = new AbortController().signal
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const request: GenerateRequest = {
  prompt: { kind: 'chat', messages: [{ role: 'user', content: 'Hi' }] },
  stop: [],
  sampling: {},
}

let one: FaultyServer
let two: FaultyServer
beforeEach(async () => {
  one = await FaultyServer.start()
  two = await FaultyServer.start()
})
afterEach(async () => {
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
})

/** The model of a server that runs at these addresses. */
async function modelAt(...urls: string[]): Promise<{ model: LoadedModel; connection: Connection }> {
  const pace = { health: 300, silence: 100 }
  const connection = new Connection({ name: 'pair', urls, key: 'secret', models: ['m'] }, pace)
  const catalogue = new Catalogue([connection], silent)
  await catalogue.refresh()
  const load = { signal: never }
  const model = await createRemoteEngine(catalogue).load({ id: 'pair-m', path: '' }, load)
  return { model, connection }
}

async function answer(model: LoadedModel, signal = never): Promise<Delta[]> {
  const deltas: Delta[] = []
  for await (const delta of model.generate(request, signal)) deltas.push(delta)
  return deltas
}

function said(deltas: readonly Delta[]): string {
  return deltas.map(delta => (delta.type === 'text' ? delta.text : `(${delta.type})`)).join('')
}

describe('a model on another server', () => {
  it('answers, with the server’s figures and the key', async () => {
    const { model, connection } = await modelAt(`${one.url}/v1/`)
    const deltas = await answer(model)
    expect(said(deltas)).toBe('(start)Hello there(end)')
    expect(deltas.at(-1)).toMatchObject({ reason: 'stop', usage: { promptTokens: 5, completionTokens: 2 } })
    expect(new Set(one.keys)).toEqual(new Set(['Bearer secret']))
    expect(model.facts.contextLength).toBe(4096)
    expect(connection.replicas.views).toMatchObject([{ active: 0, failures: 0 }])
  })

  it('spreads requests over the replicas', async () => {
    const { model } = await modelAt(one.url, two.url)
    await Promise.all(Array.from({ length: 10 }, () => answer(model)))
    expect([one.chats, two.chats]).toEqual([5, 5])
  })

  it.each<Fault>([
    'error-500',
    'limit-429',
    'redirect',
    'break-before',
    'garbage',
    'error-in-stream',
    'hang',
  ])('goes to another replica before the first token: %s', async fault => {
    one.fault = fault
    if (fault === 'hang') one.alive = false
    const { model, connection } = await modelAt(one.url, two.url)
    expect(said(await answer(model))).toBe('(start)Hello there(end)')
    expect(two.chats).toBe(1)
    // One that is only too busy is not sick.
    expect(connection.replicas.views[0]?.failures === 0).toBe(fault === 'limit-429')
    expect(connection.replicas.views.map(({ active }) => active)).toEqual([0, 0])
    if (fault === 'limit-429') return
    await answer(model)
    expect([one.chats, two.chats]).toEqual([fault === 'hang' ? one.chats : 1, 2])
  })

  it('waits for a silent server that lives', async () => {
    one.fault = 'hang'
    const { model } = await modelAt(one.url)
    const left = new AbortController()
    const asked = answer(model, left.signal)
    const settled = await Promise.race([
      asked.catch(() => 'settled'),
      new Promise(resolve => setTimeout(() => resolve('waits'), 600)),
    ])
    expect(settled).toBe('waits')
    left.abort(new Error('left'))
    await expect(asked).rejects.toThrow('left')
    await expect.poll(() => one.left).toBe(1)
  })

  it.each<[Fault, string]>([
    ['error-500', 'remote_failed'],
    ['limit-429', 'rate_limited'],
    ['bad-400', 'invalid_value'],
    ['redirect', 'remote_unavailable'],
    ['break-before', 'remote_failed'],
    ['error-in-stream', 'remote_failed'],
  ])('says what went wrong when no replica is left: %s', async (fault, code) => {
    one.fault = fault
    const { model } = await modelAt(one.url)
    await expect(answer(model)).rejects.toMatchObject({ code, message: expect.stringContaining('"pair"') })
  })

  it.each<Fault>(['break-after', 'no-end'])('ends plainly after the first token: %s', async fault => {
    one.fault = fault
    const { model } = await modelAt(one.url, two.url)
    const deltas: Delta[] = []
    const read = async () => {
      for await (const delta of model.generate(request, never)) deltas.push(delta)
    }
    await expect(read()).rejects.toMatchObject({ code: 'remote_failed' })
    expect(said(deltas)).toBe('(start)Hello')
    expect(two.chats).toBe(0)
  })

  it('tells the server to stop when the reader leaves', async () => {
    one.fault = 'break-after'
    const { model, connection } = await modelAt(one.url)
    for await (const delta of model.generate(request, never)) if (delta.type === 'text') break
    await expect.poll(() => one.left).toBe(1)
    expect(connection.replicas.views).toMatchObject([{ active: 0 }])
  })

  it('comes back: one that failed is asked whether it lives, then for answers again', async () => {
    const { model, connection } = await modelAt(one.url)
    one.fault = 'error-500'
    await expect(answer(model)).rejects.toMatchObject({ code: 'remote_failed' })
    one.alive = false
    await expect(answer(model)).rejects.toMatchObject({ code: 'remote_unavailable' })
    expect(one.chats).toBe(1)
    one.alive = true
    one.fault = 'none'
    expect(said(await answer(model))).toBe('(start)Hello there(end)')
    expect(connection.replicas.views).toMatchObject([{ failures: 0 }])
  })

  it('cannot do what its server cannot', async () => {
    const { model } = await modelAt(one.url)
    await expect(model.tokenize('a', { special: false }, never)).rejects.toMatchObject({
      code: 'remote_unsupported',
    })
  })

  it('is told apart from one that is gone', async () => {
    const { url } = one
    await one[Symbol.asyncDispose]()
    const { model } = await modelAt(url)
    await expect(answer(model)).rejects.toMatchObject({
      code: 'remote_unavailable',
      message: expect.stringContaining('nobody listens there'),
    })
    one = await FaultyServer.start()
  })
})
