import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decision, decide, type ResidentView, type WaiterView } from './decide.ts'

function resident(id: string, more: Partial<ResidentView> = {}): ResidentView {
  return {
    id,
    phase: 'loaded',
    leases: 0,
    lastUsed: 0,
    openUntil: 0,
    leaving: false,
    bytes: 1,
    pinned: false,
    ...more,
  }
}

/** `queue('a', 'b 5')` holds tickets 10 and 11, of models that need 1 and 5 bytes. */
function queue(...models: string[]): WaiterView[] {
  return models.map((text, index) => {
    const [modelId = '', bytes = '1'] = text.split(' ')
    return { ticket: 10 + index, modelId, bytes: bytes === '?' ? undefined : Number(bytes) }
  })
}

function short(decisions: readonly Decision[]): string[] {
  return decisions.map(one => `${one.do} ${one.do === 'grant' ? one.ticket : one.modelId}`)
}

describe('decide, room for one', () => {
  const table: [string, ResidentView[], WaiterView[], string[]][] = [
    ['nothing to do', [], [], []],
    ['loads what is asked for', [], queue('a'), ['load a']],
    ['loads once for many', [], queue('a', 'a'), ['load a']],
    ['loads the first when two are asked for', [], queue('a', 'b'), ['load a']],
    ['grants at once when loaded', [resident('a', { leases: 3 })], queue('a', 'a'), ['grant 10', 'grant 11']],
    ['waits for a load', [resident('a', { phase: 'loading' })], queue('a'), []],
    ['waits for an unload', [resident('a', { phase: 'unloading' })], queue('a'), []],
    ['unloads an idle model for another', [resident('a')], queue('b'), ['unload a']],
    ['waits for leases', [resident('a', { leases: 1 })], queue('b'), []],
    ['lets nobody overtake who waits for the place', [resident('a', { leases: 1 })], queue('b', 'a'), []],
    ['serves who came before the switch', [resident('a', { leases: 1 })], queue('a', 'b'), ['grant 10']],
    ['frees no place just granted', [resident('a')], queue('a', 'b'), ['grant 10']],
    [
      'takes along everyone who asked before the load was done',
      [resident('b', { openUntil: 13 })],
      queue('b', 'a', 'b', 'b'),
      ['grant 10', 'grant 12'],
    ],
    ['abandons a load nobody waits for', [resident('a', { phase: 'loading' })], queue('b'), ['abandon a']],
    ['keeps a load somebody waits for', [resident('a', { phase: 'loading' })], queue('b', 'a'), []],
    ['unloads on demand', [resident('a', { leaving: true })], [], ['unload a']],
    ['unloads on demand only when idle', [resident('a', { leaving: true, leases: 1 })], queue('a'), []],
  ]
  it.each(table)('%s', (_name, residents, waiters, decisions) => {
    expect(short(decide({ residents, waiters, budget: 1 }))).toEqual(decisions)
  })
})

describe('decide, several models', () => {
  it('says for whom a model goes, and nothing where it goes by itself', () => {
    const residents = [resident('a', { lastUsed: 1 }), resident('b', { lastUsed: 2, leaving: true })]
    expect(decide({ residents, waiters: queue('c 2'), budget: 3 })).toEqual([{ do: 'unload', modelId: 'b' }])
    expect(decide({ residents, waiters: queue('c 3'), budget: 3 })).toEqual([
      { do: 'unload', modelId: 'a', roomFor: 'c' },
      { do: 'unload', modelId: 'b' },
    ])
  })

  const busy = { leases: 1 }
  const table: [string, number, ResidentView[], WaiterView[], string[]][] = [
    ['loads side by side what fits', 10, [resident('a', { bytes: 4 })], queue('b 6'), ['load b']],
    ['loads several at once', 10, [], queue('a 4', 'b 6', 'c 1'), ['load a', 'load b']],
    ['waits until it is known what a model needs', 10, [], queue('a ?', 'b 1'), ['load b']],
    [
      'needs nothing for what runs elsewhere',
      1,
      [resident('a', { bytes: 5, ...busy })],
      queue('b 0'),
      ['load b'],
    ],
    [
      'frees the least recently used idle model, never a busy one while an idle one is there',
      3,
      [
        resident('a', { lastUsed: 1, ...busy }),
        resident('b', { lastUsed: 3 }),
        resident('c', { lastUsed: 2 }),
      ],
      queue('d'),
      ['unload c'],
    ],
    [
      'frees as many as it takes',
      10,
      [
        resident('a', { bytes: 3, lastUsed: 1 }),
        resident('b', { bytes: 3, lastUsed: 2 }),
        resident('c', { bytes: 3, lastUsed: 3 }),
      ],
      queue('d 6'),
      ['unload a', 'unload b'],
    ],
    [
      'spares a small one when the next has to go anyway and is enough',
      10,
      [resident('a', { bytes: 1, lastUsed: 1 }), resident('b', { bytes: 8, lastUsed: 2 })],
      queue('c 8'),
      ['unload b'],
    ],
    [
      'never frees a pinned one',
      10,
      [resident('a', { bytes: 4, pinned: true }), resident('b', { bytes: 5, lastUsed: 1 })],
      queue('c 6'),
      ['unload b'],
    ],
    [
      'refuses what does not fit beside the pinned',
      10,
      [resident('a', { bytes: 5, pinned: true })],
      queue('c 6'),
      ['refuse c'],
    ],
    ['refuses what would never fit', 10, [], queue('a 11', 'b 10'), ['refuse a', 'load b']],
    ['waits for busy ones', 10, [resident('a', { bytes: 8, ...busy })], queue('b 8'), []],
    [
      'counts on memory that is being freed already',
      10,
      [resident('a', { phase: 'unloading', bytes: 5 }), resident('b', { bytes: 5 })],
      queue('c 5'),
      [],
    ],
    [
      'keeps what is free for whoever came first',
      10,
      [resident('a', { bytes: 6, ...busy })],
      queue('b 8', 'c 2'),
      [],
    ],
    [
      'frees for two at once',
      10,
      [resident('a', { bytes: 5, lastUsed: 1 }), resident('b', { bytes: 5, lastUsed: 2 })],
      queue('c 5', 'd 5'),
      ['unload a', 'unload b'],
    ],
    [
      'copes with models that turned out larger than planned',
      10,
      [resident('a', { bytes: 12 })],
      queue('b 2'),
      ['unload a'],
    ],
  ]
  it.each(table)('%s', (_name, budget, residents, waiters, decisions) => {
    expect(short(decide({ residents, waiters, budget }))).toEqual(decisions)
  })
})

describe('decide, whatever happens', () => {
  const sizes: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3, d: 4 }
  const models = Object.keys(sizes)

  it('serves every request, never frees a model in use or pinned, never goes beyond the budget', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 8 }),
        fc.subarray(['a', 'b'], { maxLength: 1 }),
        fc.array(fc.constantFrom(...models, 'release', 'load done', 'unload done'), { maxLength: 60 }),
        (budget, pinned, events) => {
          const world = new World(budget, pinned)
          for (const event of events) world.happen(event)
          world.finish()
          expect(world.waiters).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  /** A model of the effects: applies decisions as the residency does, and complains when one is not allowed. */
  class World {
    readonly budget: number
    readonly pinned: readonly string[]
    residents: ResidentView[] = []
    waiters: WaiterView[] = []
    #ticket = 0

    constructor(budget: number, pinned: readonly string[]) {
      this.budget = budget
      this.pinned = pinned
    }

    happen(event: string): void {
      if (models.includes(event))
        this.waiters.push({ ticket: this.#ticket++, modelId: event, bytes: sizes[event] })
      else if (event === 'release')
        this.#change(
          one => one.leases > 0,
          one => ({ ...one, leases: one.leases - 1 }),
        )
      else if (event === 'load done') {
        this.#change(
          one => one.phase === 'loading',
          one => ({ ...one, phase: 'loaded', openUntil: this.#ticket }),
        )
      } else this.residents = this.residents.filter(one => one.phase !== 'unloading')
      this.#turn()
    }

    /** Nobody comes any more; what is under way ends. Bounded: a queue that does not empty is starvation. */
    finish(): void {
      for (let round = 0; round < 1000 && this.waiters.length > 0; round++) {
        for (const event of ['load done', 'release', 'unload done']) this.happen(event)
      }
    }

    #turn(): void {
      for (const one of decide(this)) {
        if (one.do === 'grant') {
          const waiter = this.waiters.find(({ ticket }) => ticket === one.ticket)
          this.waiters = this.waiters.filter(({ ticket }) => ticket !== one.ticket)
          this.#only(waiter?.modelId, 'loaded', old => ({ ...old, leases: old.leases + 1 }))
        } else if (one.do === 'load') {
          const { modelId, bytes } = one
          this.residents.push(
            resident(modelId, { phase: 'loading', bytes, pinned: this.pinned.includes(modelId) }),
          )
          const used = this.residents.reduce((sum, { bytes }) => sum + bytes, 0)
          expect(used).toBeLessThanOrEqual(this.budget)
        } else if (one.do === 'unload') {
          this.#only(one.modelId, 'loaded', old => {
            expect([old.leases, old.pinned]).toEqual([0, false])
            return { ...old, phase: 'unloading' }
          })
        } else if (one.do === 'refuse') {
          const pinned = this.residents
            .filter(({ pinned }) => pinned)
            .reduce((sum, { bytes }) => sum + bytes, 0)
          expect(one.bytes).toBeGreaterThan(this.budget - pinned)
          this.waiters = this.waiters.filter(({ modelId }) => modelId !== one.modelId)
        } else this.#only(one.modelId, 'loading', old => ({ ...old, phase: 'unloading' }))
      }
    }

    #only(id: string | undefined, phase: string, change: (old: ResidentView) => ResidentView): void {
      const old = this.residents.find(one => one.id === id)
      expect(old?.phase).toBe(phase)
      this.residents = this.residents.map(one => (one === old ? change(one) : one))
    }

    #change(which: (one: ResidentView) => boolean, change: (old: ResidentView) => ResidentView): void {
      const chosen = this.residents.find(which)
      this.residents = this.residents.map(one => (one === chosen ? change(one) : one))
    }
  }
})
