import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import type { AnswerDelta, AnswerEnd } from '../generation/interpret.ts'
import type { Generator, OpenRequest } from '../generation/types.ts'
import { systemClock } from '../platform/clock.ts'
import { explain } from './explain.ts'
import { RecentRequests } from './requests.ts'
import { answerText, promptText, shortened } from './texts.ts'

const { signal } = new AbortController()
const end: AnswerEnd = {
  type: 'end',
  reason: 'stop',
  usage: { promptTokens: 100, cachedTokens: 60, completionTokens: 5, reasoningTokens: 0 },
  timings: { queued: 1, prefill: 20, decode: 50 },
  cache: {
    source: 'slot',
    matchedTokens: 60,
    reusedTokens: 60,
    miss: { cause: 'timestamp', before: 'Today is ', was: 'Monday\n', is: 'Tuesday' },
  },
}

function input(requestId: string, text = 'Hello'): OpenRequest {
  return {
    modelId: 'm',
    request: { prompt: { kind: 'text', text }, stop: [], sampling: {} },
    meta: { requestId, route: '/v1/completions', client: 'test', keyName: null },
  }
}

/** A generator that says this, or throws it. */
function saying(...said: (AnswerDelta | Error)[]): Generator {
  return {
    open: async () => {
      const [first] = said
      if (first instanceof ImpetusError) throw first
      async function* deltas() {
        for (const one of said) {
          if (one instanceof Error) throw one
          yield one
        }
      }
      const model = { id: 'm' } as never
      return { model, promptTokens: 100, deltas: deltas(), [Symbol.asyncDispose]: async () => {} }
    },
  }
}

function recent(limits = { keep: 3, texts: true }) {
  return new RecentRequests(() => limits, systemClock)
}

async function run(requests: RecentRequests, generator: Generator, request: OpenRequest): Promise<void> {
  await using generation = await requests.watching(generator).open(request, signal)
  for await (const _delta of generation.deltas);
}

describe('recent requests', () => {
  it('keep the figures, the texts and the explanation', async () => {
    const requests = recent()
    await run(requests, saying({ type: 'text', text: 'Hi!', tokens: 2 }, end), input('r1'))
    expect(requests.list(10)).toMatchObject([
      {
        id: 'r1',
        model: 'm',
        state: 'finished',
        endReason: 'stop',
        promptTokens: 100,
        cachedTokens: 60,
        completionTokens: 5,
        tokensPerSecond: 100,
        cache: { source: 'slot', matchedTokens: 60, reusedTokens: 60, cause: 'timestamp' },
      },
    ])
    const shown = requests.get('r1')
    expect(shown.texts).toEqual({ prompt: 'Hello', answer: 'Hi!' })
    expect(shown.explanation).toContain(
      '60 of 100 prompt tokens were reused, from the conversation’s own state: a time or a date',
    )
    expect(shown.explanation).toContain('before:    Monday\\n…')
    expect(requests.clear()).toBe(1)
    expect(() => requests.get('r1')).toThrow(ImpetusError)
  })

  it('tell of each one once, when it is over', async () => {
    const told: string[] = []
    const requests = recent({ keep: 0, texts: false })
    requests.onEnded(({ id, state, tokensPerSecond }) => told.push(`${id} ${state} ${tokensPerSecond}`))
    await run(requests, saying(end), input('r1'))
    await run(requests, saying(new ImpetusError('queue_full', 'Full.')), input('r2')).catch(() => undefined)
    expect(told).toEqual(['r1 finished 100', 'r2 failed null'])
  })

  it('are bounded in number, the oldest go', async () => {
    const requests = recent()
    for (const id of ['r1', 'r2', 'r3', 'r4', 'r4']) await run(requests, saying(end), input(id))
    expect(requests.list(10).map(({ id }) => id)).toEqual(['r4.2', 'r4', 'r3'])
    expect(requests.list(1)).toHaveLength(1)
    expect(requests.list(10, 'other')).toEqual([])
  })

  it('are bounded in size, the oldest texts go', async () => {
    const requests = recent({ keep: 1000, texts: true })
    for (let count = 0; count < 70; count++)
      await run(requests, saying(end), input(`r${count}`, 'x'.repeat(600_000)))
    expect(requests.list(1000)).toHaveLength(70)
    expect(requests.get('r0').texts).toBe(null)
    const last = requests.get('r69').texts?.prompt ?? ''
    expect(last.length).toBeLessThan(530_000)
    expect(last).toContain('characters left out')
  })

  it('hold no text where that is turned off, at once', async () => {
    const limits = { keep: 3, texts: true }
    const requests = recent(limits)
    await run(requests, saying(end), input('r1', 'secret'))
    limits.texts = false
    requests.trim()
    await run(requests, saying(end), input('r2', 'secret'))
    for (const id of ['r1', 'r2']) {
      expect(requests.get(id).texts).toBe(null)
      expect(JSON.stringify(requests.get(id))).not.toMatch(/secret|Monday|Tuesday/)
    }
    limits.keep = 0
    requests.trim()
    await run(requests, saying(end), input('r3'))
    expect(requests.list(10)).toEqual([])
  })

  it.each<[string, (AnswerDelta | Error)[], string, string | null]>([
    [
      'refused before it began',
      [new ImpetusError('queue_full', 'Full.', { retryAfter: 1 })],
      'failed',
      'queue_full',
    ],
    [
      'broken in the middle',
      [{ type: 'text', text: 'a', tokens: 1 }, new ImpetusError('engine_crashed', 'Gone.')],
      'failed',
      'engine_crashed',
    ],
    ['a defect', [new TypeError('x is not a function')], 'failed', 'internal_error'],
    ['left by its client', [new ImpetusError('client_closed', 'Gone.')], 'cancelled', null],
  ])('tell how one ended: %s', async (_name, said, state, code) => {
    const requests = recent()
    await run(requests, saying(...said), input('r')).catch(() => undefined)
    expect(requests.list(1)).toMatchObject([{ state, code }])
    expect(requests.get('r').explanation).not.toBe('')
  })

  it('tell of one whose reader stops reading, and of one that runs', async () => {
    const requests = recent()
    const generation = await requests
      .watching(saying({ type: 'text', text: 'a', tokens: 1 }, end))
      .open(input('r'), signal)
    for await (const _delta of generation.deltas) {
      expect(requests.list(1)).toMatchObject([{ state: 'active', milliseconds: null }])
      break
    }
    expect(requests.list(1)).toMatchObject([{ state: 'cancelled' }])
    await generation[Symbol.asyncDispose]()
  })
})

describe('texts', () => {
  it('of prompts', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '{}' }] },
    ] as const
    expect(promptText({ prompt: { kind: 'chat', messages, tools: [{ name: 'f' }] } })).toBe(
      '[tools] f\n\n[user] Hi\n\n[assistant] \nf({})',
    )
    expect(promptText({ prompt: { kind: 'tokens', tokens: [1, 2] } })).toBe('2 tokens')
    expect(promptText({ prompt: { kind: 'infill', prefix: 'a', suffix: 'b' } })).toBe('a[here]b')
  })

  it('of answers', () => {
    expect(answerText({ type: 'toolCall', index: 0, id: '1', name: 'f', arguments: '{' })).toBe(
      '\n[call] f {',
    )
    expect(answerText({ type: 'toolCall', index: 0, arguments: '}' })).toBe('}')
    expect(answerText(end)).toBe('')
  })

  it('are cut in the middle', () => {
    expect(shortened('0123456789', 10)).toBe('0123456789')
    expect(shortened('0123456789', 4)).toBe('01\n[… 6 characters left out …]\n89')
  })
})

it('an explanation quotes no prompt where texts are not kept', async () => {
  const requests = recent()
  await run(requests, saying(end), input('r'))
  const [view] = requests.list(1)
  if (view === undefined) return expect.fail('There is no request.')
  expect(explain(view, end.cache?.miss, false)).not.toContain('Monday')
  expect(explain({ ...view, cache: null }, undefined, true)).toContain('does not say why')
  expect(explain({ ...view, state: 'cancelled', timings: null }, undefined, true)).toContain('went away')
  const timings = { queued: 1, prefill: 20, decode: 50, speculation: { drafted: 6, accepted: 5 } }
  expect(explain({ ...view, timings }, undefined, true)).toContain(
    '6 tokens were guessed ahead, 5 of them held',
  )
})
