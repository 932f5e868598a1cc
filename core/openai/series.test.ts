import { expect, it } from 'vitest'
import type { AnswerRequest } from '../generation/types.ts'
import { Total, times } from './series.ts'
import type { End } from './wire.ts'

const request: AnswerRequest = {
  prompt: { kind: 'text', text: 'a' },
  stop: [],
  sampling: { seed: 2 ** 32 - 1 },
}

function end(timings: Partial<End['timings']> = {}): End {
  return {
    type: 'end',
    reason: 'stop',
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 2, decode: 3, ...timings },
  }
}

it('counts seeds up, within 32 bits, and leaves requests without one as they are', () => {
  expect(times(request, 3).map(one => one.sampling.seed)).toEqual([2 ** 32 - 1, 0, 1])
  const unseeded = { ...request, sampling: {} }
  expect(times(unseeded, 2)).toEqual([unseeded, unseeded])
})

it('adds up what answers took, and counts a prompt once that several of them answer', () => {
  const total = new Total()
  for (const one of times(request, 3)) total.add(one, end())
  expect(total.end).toMatchObject({
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 9, reasoningTokens: 3 },
    timings: { queued: 3, prefill: 6, decode: 9 },
  })
  expect(total.end.timings).not.toHaveProperty('speculation')
  total.add(
    { ...request, prompt: { kind: 'text', text: 'a' } },
    end({ speculation: { drafted: 5, accepted: 2 } }),
  )
  expect(total.end.usage.promptTokens).toBe(20)
  expect(total.end.timings.speculation).toEqual({ drafted: 5, accepted: 2 })
})

it('has no total before the first answer', () => {
  expect(() => new Total().end).toThrow(TypeError)
})
