import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { createScriptedEngine } from '../engine/scripted/scripted.ts'
import type { MemoryNeed } from './needs.ts'
import { home, isPending, never, release } from './residency.testing.ts'
import type { ResidencyLimits } from './residency.ts'

const sizes: Readonly<Record<string, number>> = {
  small: 2,
  middle: 4,
  large: 6,
  large2: 5,
  large3: 5,
  huge: 11,
}
const need = async (id: string): Promise<MemoryNeed> => ({ bytes: sizes[id] ?? 1, computeBytes: 1 })
const ten: ResidencyLimits = { need, budget: () => 10 }
const loads = (told: readonly string[]) => told.filter(one => one.endsWith(' loaded'))

describe('one budget for several models', () => {
  it('keeps models side by side and gives up the least recently used', async () => {
    const { residency, told, later } = home({}, ten)
    for (const id of ['small', 'middle', 'small']) {
      await release(await residency.acquire(id, never))
      later(10)
    }
    expect(residency.memory()).toEqual({ budgetBytes: 10, usedBytes: 6, waiting: 0 })
    await release(await residency.acquire('large', never))
    expect(told.filter(one => one.endsWith(' unloaded'))).toEqual(['middle unloaded'])
    expect(residency.states().map(({ id, bytes }) => `${id} ${bytes}`)).toEqual(['small 2', 'large 6'])
  })

  it('answers everybody, and cuts nobody, where there is room for one and a half', async () => {
    const { residency, told } = home({ loadMilliseconds: 1 }, { ...ten, budget: () => 9 })
    let running = 0
    const ask = async (id: string) => {
      await using lease = await residency.acquire(id, never)
      running++
      let ended = false
      void lease.model.ended.then(() => {
        ended = true
      })
      await new Promise(resolve => setTimeout(resolve, 2))
      expect(ended).toBe(false)
      running--
    }
    const ids = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? 'middle' : 'large'))
    await Promise.all(ids.map(ask))
    expect(running).toBe(0)
    expect(residency.memory().waiting).toBe(0)
    expect(loads(told).length).toBeLessThan(6)
  })

  it('never gives up a pinned model, and refuses what does not fit beside it, with the figures', async () => {
    const { residency } = home({}, { ...ten, isPinned: id => id === 'large' })
    await release(await residency.acquire('large', never))
    await expect(
      residency.acquire('huge', never).catch(error => {
        throw new Error(`${error.code}: ${error.message}`)
      }),
    ).rejects.toThrow(/insufficient_memory: The model huge needs .*pinned models \(large\).*unpin one/)
    await release(await residency.acquire('middle', never))
    expect(residency.states().map(({ id }) => id)).toEqual(['large', 'middle'])
  })

  it('plans a model into what the pinned ones leave', async () => {
    const told: number[] = []
    const limits: ResidencyLimits = {
      budget: () => 10,
      isPinned: id => id === 'large',
      need: async (id, available) => {
        told.push(available)
        return { bytes: Math.min(sizes[id] ?? 1, available), computeBytes: 0 }
      },
    }
    const { residency } = home({}, limits)
    await release(await residency.acquire('large', never))
    await release(await residency.acquire('huge', never))
    expect(told).toEqual([10, 4])
    expect(residency.memory().usedBytes).toBe(10)
  })

  it('corrects the need by what was measured, and remembers it', async () => {
    const scripted = createScriptedEngine()
    const { residency } = home(
      {
        load: async (source, options) => {
          const model = await scripted.load(source, options)
          return Object.create(model, {
            facts: { value: { ...model.facts, memoryBytes: 7 } },
            ended: { value: model.ended },
            dispose: { value: () => model.dispose() },
          })
        },
      },
      ten,
    )
    await release(await residency.acquire('large', never))
    expect(residency.states()[0]?.bytes).toBe(8)
    await residency.unload('large')
    const again = residency.acquire('large', never)
    await new Promise(resolve => setImmediate(resolve))
    expect(residency.states()[0]).toMatchObject({ bytes: 8 })
    await release(await again)
  })

  it('tells everyone who waits when it cannot be found out what a model needs', async () => {
    const fail = async () => {
      throw new ImpetusError('invalid_model', 'Not a model.')
    }
    const { residency, told } = home({}, { ...ten, need: fail })
    const both = await Promise.allSettled([residency.acquire('a', never), residency.acquire('a', never)])
    expect(both.map(one => one.status === 'rejected' && one.reason.code)).toEqual([
      'invalid_model',
      'invalid_model',
    ])
    expect(told).toEqual(['a unloaded'])
  })
})

describe('the queue', () => {
  it('is bounded: further requests are told when to come again', async () => {
    const { residency } = home({}, { ...ten, queue: () => ({ length: 2, milliseconds: 60_000 }) })
    const busy = await residency.acquire('large', never)
    const queued = [residency.acquire('large2', never), residency.acquire('large3', never)]
    await expect(residency.acquire('c', never)).rejects.toMatchObject({ code: 'queue_full', retryAfter: 5 })
    await release(busy)
    for (const lease of queued) await release(await lease)
  })

  it('does not keep anybody for ever', async () => {
    const { residency } = home({}, { ...ten, queue: () => ({ length: 9, milliseconds: 20 }) })
    const lease = await residency.acquire('large', never)
    await expect(residency.acquire('large2', never)).rejects.toMatchObject({ code: 'queue_timeout' })
    expect(residency.memory().waiting).toBe(0)
    await release(lease)
  })
})

describe('idle models', () => {
  const minute: ResidencyLimits = { ...ten, keepMilliseconds: () => 60 }
  const real = { now: () => performance.now() }

  it('go by themselves', async () => {
    const { residency, told } = home(real, minute)
    const lease = await residency.acquire('small', never)
    expect(residency.states()[0]?.unloadsAt).toBe(null)
    await release(lease)
    expect(residency.states()[0]?.unloadsAt).toBeGreaterThan(Date.now() - 100)
    await expect.poll(() => residency.states()).toEqual([])
    expect(told.at(-1)).toBe('small unloaded')
  })

  it('stay as long as the last request wished', async () => {
    const { residency, later, told } = home({}, minute)
    await release(await residency.acquire('small', never, { keepMilliseconds: Number.POSITIVE_INFINITY }))
    later(1e9)
    residency.reconsider()
    expect(residency.states()).toHaveLength(1)
    await release(await residency.acquire('small', never, { keepMilliseconds: 0 }))
    await new Promise(resolve => setImmediate(resolve))
    expect(told.at(-1)).toBe('small unloaded')
  })

  it('stay when they are pinned', async () => {
    let pinned = true
    const { residency, later } = home({}, { ...minute, isPinned: () => pinned })
    await release(await residency.acquire('small', never))
    later(1e9)
    residency.reconsider()
    expect(residency.states()).toMatchObject([{ pinned: true, unloadsAt: null }])
    pinned = false
    residency.reconsider()
    await new Promise(resolve => setImmediate(resolve))
    expect(residency.states()).toEqual([])
  })

  it('are given up one by one when the system is short of memory, never busy or pinned ones', async () => {
    const { residency, later } = home({}, { ...ten, isPinned: id => id === 'middle' })
    const busy = await residency.acquire('small', never)
    for (const id of ['middle', 'a', 'b']) {
      later(1)
      await release(await residency.acquire(id, never))
    }
    expect(residency.relieve()).toBe(true)
    expect(await isPending(residency.unload('nothing'))).toBe(false)
    expect(residency.states().map(({ id }) => id)).toEqual(['small', 'middle', 'b'])
    expect([residency.relieve(), residency.relieve()]).toEqual([true, false])
    await release(busy)
  })
})
