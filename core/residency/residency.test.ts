import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import type { LoadedModel } from '../engine/engine.ts'
import { createScriptedEngine } from '../engine/scripted/scripted.ts'
import { home, isPending, never, release } from './residency.testing.ts'

describe('a residency', () => {
  it('loads on demand, joins loads and keeps the model', async () => {
    const { residency, told } = home({ loadMilliseconds: 5 })
    const [one, two] = await Promise.all([residency.acquire('a', never), residency.acquire('a', never)])
    expect(one.model).toBe(two.model)
    expect(residency.states()).toMatchObject([
      { id: 'a', state: 'loaded', leases: 2, contextLength: 131_072 },
    ])
    await release(one)
    await release(one)
    expect(residency.states()[0]?.leases).toBe(1)
    await release(two)
    const three = await residency.acquire('a', never)
    expect(three.model).toBe(one.model)
    expect(told).toEqual(['a loading', 'a loaded'])
  })

  it('waits for the leases of the running model before it switches, first come first served', async () => {
    const { residency, told } = home()
    const a1 = await residency.acquire('a', never)
    const b1 = residency.acquire('b', never)
    expect(await isPending(b1)).toBe(true)
    const a2 = residency.acquire('a', never)
    const b2 = residency.acquire('b', never)
    expect(await isPending(a2)).toBe(true)
    expect(residency.states()).toMatchObject([{ id: 'a', leases: 1, waiting: 1 }])
    expect(residency.memory().waiting).toBe(3)
    await release(a1)
    const b1Lease = await b1
    const b2Lease = await b2
    const b3 = residency.acquire('b', never)
    expect(await isPending(b3)).toBe(true)
    await release(b1Lease)
    await release(b2Lease)
    await release(await a2)
    await release(await b3)
    expect(told.filter(one => one.endsWith(' loaded'))).toEqual([
      'a loaded',
      'b loaded',
      'a loaded',
      'b loaded',
    ])
  })

  it('stops a load when everyone who waited has left, and not before', async () => {
    const { residency, told } = home({ loadMilliseconds: 60_000 })
    const first = new AbortController()
    const second = new AbortController()
    const one = residency.acquire('a', first.signal)
    const two = residency.acquire('a', second.signal)
    first.abort(new Error('first left'))
    await expect(one).rejects.toThrow('first left')
    expect(await isPending(two)).toBe(true)
    expect(told).toEqual(['a loading'])
    second.abort(new Error('second left'))
    await expect(two).rejects.toThrow('second left')
    await new Promise(resolve => setImmediate(resolve))
    expect(told).toEqual(['a loading', 'a unloading', 'a unloaded'])
    expect(residency.states()).toEqual([])
  })

  it('ends a model that finished loading although it was told to stop', async () => {
    let finish: (model: LoadedModel) => void = () => {}
    const { residency, scripted, told } = home({
      load: () =>
        new Promise(resolve => {
          finish = resolve
        }),
    })
    const controller = new AbortController()
    const waiting = residency.acquire('a', controller.signal)
    await new Promise(resolve => setImmediate(resolve))
    controller.abort()
    await expect(waiting).rejects.toThrow()
    const model = await scripted.load({ id: 'a', path: '' }, { signal: never })
    finish(model)
    expect(await model.ended).toEqual({ by: 'dispose' })
    await new Promise(resolve => setImmediate(resolve))
    expect(told).toEqual(['a loading', 'a unloading', 'a unloaded'])
  })

  it('tells everyone who waited when a load fails, and tries again for the next one', async () => {
    let tries = 0
    const scripted = createScriptedEngine()
    const { residency, told } = home({
      load: async (source, options) => {
        if (tries++ === 0) throw new ImpetusError('invalid_model', 'Not a model.')
        return scripted.load(source, options)
      },
    })
    const both = await Promise.allSettled([residency.acquire('a', never), residency.acquire('a', never)])
    expect(both.map(one => one.status === 'rejected' && one.reason.code)).toEqual([
      'invalid_model',
      'invalid_model',
    ])
    await release(await residency.acquire('a', never))
    expect(told).toEqual(['a loading', 'a unloaded', 'a loading', 'a loaded'])
  })

  it('loads anew after a crash and leaves a model alone after five in a minute', async () => {
    const { residency, scripted, told, later } = home()
    for (let crash = 1; crash <= 5; crash++) {
      await using lease = await residency.acquire('a', never)
      scripted.crash(`crash ${crash}`)
      await lease.model.ended
      later(10_000)
    }
    await expect(residency.acquire('a', never)).rejects.toMatchObject({
      code: 'model_quarantined',
      message: expect.stringContaining('5 times within 60 seconds, the last time because: crash 5'),
    })
    expect(residency.states()).toMatchObject([
      { id: 'a', state: 'quarantined', reason: expect.stringContaining('crash 5') },
    ])
    expect(told.slice(-2)).toEqual(['a crashed', 'a quarantined'])
    await release(await residency.acquire('b', never))
  })

  it('forgives crashes that are further apart', async () => {
    const { residency, scripted, later } = home()
    for (let crash = 1; crash <= 12; crash++) {
      await using lease = await residency.acquire('a', never)
      scripted.crash('now and then')
      await lease.model.ended
      later(15_001)
    }
    await release(await residency.acquire('a', never))
  })

  it('counts a runner that dies of loading, and rejects who waited', async () => {
    const { residency } = home({
      load: async () => {
        throw new ImpetusError('model_load_failed', 'The runner died.')
      },
    })
    const codes: string[] = []
    for (let time = 0; time < 6; time++) {
      await residency.acquire('a', never).catch(error => codes.push(error.code))
    }
    expect(codes).toEqual([...Array(5).fill('model_load_failed'), 'model_quarantined'])
  })

  it('unloads on demand once nobody uses the model', async () => {
    const { residency, told } = home()
    const lease = await residency.acquire('a', never)
    const unloaded = residency.unload('a')
    expect(await isPending(unloaded)).toBe(true)
    await release(lease)
    await unloaded
    expect(told.at(-1)).toBe('a unloaded')
    await residency.unload('never heard of')
  })

  it('stops: turns away who waits, ends what is loaded and refuses newcomers', async () => {
    const { residency } = home()
    const lease = await residency.acquire('a', never)
    const waiting = residency.acquire('b', never)
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'shutting_down' })
    await residency.stop()
    await rejected
    expect(await lease.model.ended).toEqual({ by: 'dispose' })
    expect(residency.states()).toEqual([])
    await release(lease)
    await expect(residency.acquire('a', never)).rejects.toMatchObject({ code: 'shutting_down' })
  })
})
