import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { LoadedFacts } from '../engine/engine.ts'
import type { AnswerDelta, AnswerEnd } from './interpret.ts'
import { answers, Total, times } from './series.ts'
import type { AnswerRequest, Generation } from './types.ts'

const request: AnswerRequest = {
  prompt: { kind: 'text', text: 'a' },
  stop: [],
  sampling: { seed: 2 ** 32 - 1 },
}
const unseeded: AnswerRequest = { ...request, sampling: {} }

function end(timings: Partial<AnswerEnd['timings']> = {}, cachedTokens = 4): AnswerEnd {
  return {
    type: 'end',
    reason: 'stop',
    usage: { promptTokens: 10, cachedTokens, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 2, decode: 3, ...timings },
  }
}

describe('the same request so many times', () => {
  it('counts seeds up, within 32 bits, and is the same without one', () => {
    expect(times(request, 3).map(one => one.sampling.seed)).toEqual([2 ** 32 - 1, 0, 1])
    expect(times(unseeded, 2)).toEqual([unseeded, unseeded])
  })
})

describe('what answers took together', () => {
  it('adds up, and counts a prompt once that several of them answer', () => {
    const total = new Total()
    times(request, 3).forEach((one, index) => {
      total.add({ index, request: one }, end())
    })
    expect(total.end).toMatchObject({
      usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 9, reasoningTokens: 3 },
      timings: { queued: 3, prefill: 6, decode: 9 },
    })
    expect(total.end.timings).not.toHaveProperty('speculation')
    const other: AnswerRequest = { ...request, prompt: { kind: 'text', text: 'a' } }
    total.add({ index: 3, request: other }, end({ speculation: { drafted: 5, accepted: 2 } }))
    expect(total.end.usage.promptTokens).toBe(20)
    expect(total.end.timings.speculation).toEqual({ drafted: 5, accepted: 2 })
  })

  it('has the first one’s share of the prompt, whoever was done before it', () => {
    const total = new Total()
    total.add({ index: 1, request }, end({}, 9))
    total.add({ index: 0, request }, end({}, 0))
    expect(total.end.usage.cachedTokens).toBe(0)
  })

  it('is nothing before the first answer', () => {
    expect(() => new Total().end).toThrow(TypeError)
  })
})

/** A model that says each request's words, one in each turn of the event loop. */
class Speaker {
  open = 0
  mostOpen = 0
  opened = 0
  readonly #slots: number
  readonly #failsAt: number | undefined

  constructor(slots: number, failsAt?: number) {
    this.#slots = slots
    this.#failsAt = failsAt
  }

  readonly begin = async (): Promise<Generation> => {
    const number = this.opened++
    await tick()
    if (number === this.#failsAt) throw new Error('no more')
    this.open++
    this.mostOpen = Math.max(this.mostOpen, this.open)
    let held = true
    const speaker = this
    async function* say(): AsyncGenerator<AnswerDelta> {
      for (const text of ['one', 'two']) {
        await tick()
        yield { type: 'text', text, tokens: 1 }
      }
      yield end()
    }
    return {
      model: {
        id: 'm',
        facts: { slots: this.#slots } as LoadedFacts,
        detokenize: async () => '',
        score: async () => [],
      },
      promptTokens: 10,
      deltas: say(),
      [Symbol.asyncDispose]: async () => {
        if (held) speaker.open--
        held = false
      },
    }
  }
}

async function run(speaker: Speaker, requests: readonly AnswerRequest[]) {
  const heard: string[] = []
  for await (const { part, delta } of answers(await speaker.begin(), requests, speaker.begin)) {
    const what = delta === undefined ? 'begins' : delta.type === 'text' ? delta.text : delta.type
    heard.push(`${part.index} ${what}`)
  }
  return heard
}

const spoken = (index: number) => ['begins', 'one', 'two', 'end'].map(what => `${index} ${what}`)
const only = (heard: readonly string[], index: number) => heard.filter(one => one.startsWith(`${index} `))

describe('several answers', () => {
  it.each([
    [1, 1],
    [3, 3],
    [20, 8],
  ])('with %i places are at most %i at a time, each whole and in its order', async (slots, most) => {
    const speaker = new Speaker(slots)
    const heard = await run(speaker, times(unseeded, 20))
    for (let index = 0; index < 20; index++) expect(only(heard, index)).toEqual(spoken(index))
    expect([speaker.mostOpen, speaker.open]).toEqual([most, 0])
  })

  it('with a seed follow each other', async () => {
    expect(await run(new Speaker(4), times(request, 3))).toEqual([0, 1, 2].flatMap(spoken))
  })

  it('all end with an error of one of them', async () => {
    const speaker = new Speaker(4, 2)
    await expect(run(speaker, times(unseeded, 9))).rejects.toThrow('no more')
    expect(speaker.open).toBe(0)
    expect(speaker.opened).toBeLessThan(9)
  })

  it('all end when nobody listens any more', async () => {
    const speaker = new Speaker(4)
    for await (const { delta } of answers(await speaker.begin(), times(unseeded, 9), speaker.begin)) {
      if (delta?.type === 'text') break
    }
    expect(speaker.open).toBe(0)
    expect(speaker.opened).toBe(4)
  })
})
