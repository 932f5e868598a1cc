import { describe, expect, test } from 'vitest'
import { Pace } from './pace.ts'

const endless = 1e9

/** Milliseconds of a step of so many tokens after so many others. */
type Machine = (tokens: number, place: number) => number

/** The chunks of a prompt, one step after the other. */
function chunks(machine: Machine, { budget = 200, first = 16, tile = 0, prompt = 40 * 512 } = {}): number[] {
  const pace = new Pace(512, first, tile)
  const made: number[] = []
  for (let place = 0; place < prompt && made.length < 20_000; ) {
    const chunk = pace.chunk(budget, prompt - place, place)
    pace.learn(chunk, machine(chunk, place), place)
    made.push(chunk)
    place += chunk
  }
  return made
}

const steady =
  (perToken: number, fixed = 0): Machine =>
  tokens =>
    fixed + tokens * perToken

describe('prompt chunks', () => {
  test('begin small and at most double', () => {
    expect(chunks(steady(0.1)).slice(0, 6)).toEqual([16, 32, 64, 128, 256, 512])
  })

  test.each([
    { perToken: 0.1, chunk: 512 },
    { perToken: 1, chunk: 200 },
    { perToken: 10, chunk: 20 },
    { perToken: 150, chunk: 1 },
    { perToken: 900, chunk: 1 },
  ])('of $perToken ms a token settle at $chunk', ({ perToken, chunk }) => {
    expect(chunks(steady(perToken))[30]).toBe(chunk)
  })

  test.each([
    { name: 'one core', fixed: 40, perToken: 3.7, budget: 130, least: 22, most: 26 },
    { name: 'the same, four times as slow', fixed: 160, perToken: 15, budget: 125, least: 8, most: 16 },
    { name: 'a GPU', fixed: 10, perToken: 0.2, budget: 90, least: 380, most: 420 },
  ])('take in what a step costs anyway: $name', ({ fixed, perToken, budget, least, most }) => {
    const chunk = chunks(steady(perToken, fixed), { budget })[30]
    expect(chunk).toBeGreaterThanOrEqual(least)
    expect(chunk).toBeLessThanOrEqual(most)
  })

  test('end a prompt rather than leave a few tokens for another step', () => {
    const pace = new Pace(512, 16, 0)
    for (let round = 0; round < 8; round++)
      pace.learn(pace.chunk(200, endless, 0), pace.chunk(200, endless, 0), 0)
    expect([pace.chunk(200, 180, 0), pace.chunk(200, 250, 0), pace.chunk(200, 300, 0)]).toEqual([
      180, 250, 200,
    ])
  })

  test('follow a machine that becomes slower', () => {
    const pace = new Pace(512, 16, 0)
    for (let round = 0; round < 8; round++)
      pace.learn(pace.chunk(200, endless, 0), pace.chunk(200, endless, 0), 0)
    for (let round = 0; round < 20; round++) {
      const chunk = pace.chunk(200, endless, 0)
      pace.learn(chunk, chunk * 4, 0)
    }
    expect(pace.chunk(200, endless, 0)).toBeGreaterThan(35)
    expect(pace.chunk(200, endless, 0)).toBeLessThan(60)
  })

  test.each([
    { first: 0, chunk: 1 },
    { first: 20, chunk: 20 },
    { first: 5_000, chunk: 64 },
  ])('begin with $first as $chunk', ({ first, chunk }) => {
    expect(new Pace(512, first, 0).chunk(200, endless, 0)).toBe(chunk)
  })

  test('learn nothing from steps without a prompt', () => {
    const pace = new Pace(512, 16, 0)
    pace.learn(0, 900, 0)
    expect(pace.chunk(200, endless, 0)).toBe(16)
  })
})

describe('where attention goes by tiles of 64 tokens', () => {
  /** Measured with a 135M model on one x86-64 core. */
  const core: Machine = (tokens, place) => 20 + tokens * (2.4 + place * (tokens < 64 ? 0.006 : 0.0014))
  const inAll = (machine: Machine, made: readonly number[]) => {
    let place = 0
    return made.reduce((sum, tokens) => {
      const time = machine(tokens, place)
      place += tokens
      return sum + time
    }, 0)
  }

  test.each([125, 230])('a long prompt takes hardly longer in chunks of %d ms than in one', budget => {
    const made = chunks(core, { budget, tile: 64, prompt: 8_000 })
    const wide = Array.from({ length: 125 }, () => 64)
    expect(inAll(core, made)).toBeLessThan(inAll(core, wide) * 1.15)
    // Without tiles the same prompt takes more than twice as long.
    expect(inAll(core, chunks(core, { budget, prompt: 8_000 }))).toBeGreaterThan(inAll(core, wide) * 2)
  })

  test('chunks are whole tiles but for the prompt’s end', () => {
    const made = chunks(core, { budget: 230, tile: 64, prompt: 2_000 })
    expect(made.slice(3, -1).filter(tokens => tokens % 64 !== 0)).toHaveLength(0)
  })

  describe('the end of a prompt', () => {
    const pace = new Pace(512, 25, 64)
    for (let place = 0; place < 8_000; ) {
      const chunk = pace.chunk(230, 8_000 - place, place)
      pace.learn(chunk, core(chunk, place), place)
      place += chunk
    }

    test.each([
      { left: 61, place: 8_000, again: 3 },
      { left: 20, place: 8_000, again: 44 },
      { left: 2, place: 8_000, again: 0 },
      { left: 63, place: 2_000, again: 1 },
      { left: 10, place: 2_000, again: 0 },
      { left: 64, place: 8_000, again: 0 },
      { left: 40, place: 10, again: 0 },
    ])('of $left tokens after $place is computed with $again of these', ({ left, place, again }) => {
      expect(pace.again(left, place)).toBe(again)
      const whole = core(64, place - again)
      if (again > 0) expect(whole).toBeLessThan(core(left, place))
    })
  })

  test('no chunk is made longer than it should be where nothing is gained', () => {
    const made = chunks(steady(10), { budget: 200, tile: 64, prompt: 8_000 })
    expect(Math.max(...made.slice(0, -1))).toBe(20)
  })

  test('a machine on which a tile takes seconds never computes one', () => {
    const slow: Machine = (tokens, place) => core(tokens, place) * 40
    expect(Math.max(...chunks(slow, { budget: 230, first: 2, tile: 64, prompt: 3_000 }))).toBeLessThan(16)
  })
})
