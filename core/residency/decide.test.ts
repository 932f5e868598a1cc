import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decision, decide, type ResidentView, type WaiterView } from './decide.ts'

function resident(id: string, more: Partial<ResidentView> = {}): ResidentView {
  return { id, phase: 'loaded', leases: 0, lastUsed: 0, openUntil: 0, leaving: false, ...more }
}

/** `queue('a', 'b')` holds tickets 10 and 11. */
function queue(...models: string[]): WaiterView[] {
  return models.map((modelId, index) => ({ ticket: 10 + index, modelId }))
}

function short(decisions: readonly Decision[]): string[] {
  return decisions.map(one => `${one.do} ${one.do === 'grant' ? one.ticket : one.modelId}`)
}

describe('decide, one place', () => {
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
    expect(short(decide({ residents, waiters, places: 1 }))).toEqual(decisions)
  })
})

describe('decide, several places', () => {
  it('frees the least recently used idle model, never a busy one while an idle one is there', () => {
    const residents = [
      resident('a', { lastUsed: 1, leases: 1 }),
      resident('b', { lastUsed: 3 }),
      resident('c', { lastUsed: 2 }),
    ]
    expect(short(decide({ residents, waiters: queue('d'), places: 3 }))).toEqual(['unload c'])
  })

  it('counts on a place that is being freed already', () => {
    const residents = [resident('a', { phase: 'unloading' }), resident('b')]
    expect(short(decide({ residents, waiters: queue('c'), places: 2 }))).toEqual([])
  })
})

describe('decide, whatever happens', () => {
  const models = ['a', 'b', 'c', 'd']

  it('serves every request, never frees a model in use, never holds more than the places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.constantFrom(...models, 'release', 'load done', 'unload done'), { maxLength: 60 }),
        (places, events) => {
          const world = new World(places)
          for (const event of events) world.happen(event)
          world.finish()
          expect(world.waiters).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  /** A model of the effects: applies decisions as the residency does, and complains when one is not allowed. */
  class World {
    readonly places: number
    residents: ResidentView[] = []
    waiters: WaiterView[] = []
    #ticket = 0

    constructor(places: number) {
      this.places = places
    }

    happen(event: string): void {
      if (models.includes(event)) this.waiters.push({ ticket: this.#ticket++, modelId: event })
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
          this.residents.push(resident(one.modelId, { phase: 'loading' }))
          expect(this.residents.length).toBeLessThanOrEqual(this.places)
        } else if (one.do === 'unload') {
          this.#only(one.modelId, 'loaded', old => {
            expect(old.leases).toBe(0)
            return { ...old, phase: 'unloading' }
          })
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
