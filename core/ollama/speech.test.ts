import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type End, figures, joined, type Piece, Speech } from './speech.ts'

function end(reason: End['reason'] = 'stop'): End {
  return {
    type: 'end',
    reason,
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 12.5, decode: 30 },
  }
}

function said(pieces: readonly Piece[]) {
  const speech = new Speech()
  return [...pieces.flatMap(piece => speech.add(piece)), ...speech.end()]
}

const call = (index: number, ...pieces: string[]): Piece[] => [
  { type: 'toolCall', index, id: `c${index}`, name: `f${index}`, arguments: '' },
  ...pieces.map((piece): Piece => ({ type: 'toolCall', index, arguments: piece })),
]

const answered = (index: number, given: object) => ({
  content: '',
  tool_calls: [{ id: `c${index}`, function: { index, name: `f${index}`, arguments: given } }],
})

describe('a call', () => {
  it('is told once, as soon as something else begins', () => {
    const pieces: Piece[] = [
      ...call(0, '{"a":', '1}'),
      ...call(1, '{}'),
      { type: 'text', text: 'So.', tokens: 1 },
    ]
    expect(said(pieces)).toEqual([answered(0, { a: 1 }), answered(1, {}), { content: 'So.' }])
  })

  it('is told at the end', () => {
    expect(said(call(0, '{}'))).toEqual([answered(0, {})])
  })

  it.each(['{"a": "b', '', '[1]', '5'])('is left out with the arguments %o, which are no object', text => {
    expect(said(call(0, text))).toEqual([])
  })
})

it('tells how likely each token was, in parts and whole', () => {
  const one = { token: 7, text: 'a', bytes: [97], logprob: -0.5 }
  const likely = (text: string): Piece => ({
    type: 'text',
    text,
    tokens: 1,
    logprobs: [{ ...one, top: [one] }],
  })
  const told = { token: 'a', bytes: [97], logprob: -0.5 }
  const logprobs = [{ ...told, top_logprobs: [told] }]
  const parts = said([likely('a'), likely('b')])
  expect(parts).toEqual([
    { content: 'a', logprobs },
    { content: 'b', logprobs },
  ])
  expect(joined(parts)).toEqual({ content: 'ab', logprobs: [...logprobs, ...logprobs] })
})

it('says where an answer breaks its schema', () => {
  const violation = { path: 'a', keyword: 'not' }
  expect(figures({ ...end(), violation }, { total: 1, load: 1 }).schema_violation).toEqual(violation)
})

it('tells times in nanoseconds', () => {
  expect(figures(end('length'), { total: 50.25, load: 7 })).toEqual({
    done: true,
    done_reason: 'length',
    total_duration: 50_250_000,
    load_duration: 7_000_000,
    prompt_eval_count: 10,
    prompt_eval_duration: 12_500_000,
    eval_count: 3,
    eval_duration: 30_000_000,
  })
})

it.each(['stop', 'toolCalls'] as const)('says "stop" for %s', reason => {
  expect(figures(end(reason), { total: 1, load: 1 }).done_reason).toBe('stop')
})

const anyPiece = fc.oneof(
  fc.record({
    type: fc.constantFrom('text' as const, 'reasoning' as const),
    text: fc.string({ unit: 'grapheme', minLength: 1 }),
    tokens: fc.constant(1),
  }),
  fc.dictionary(fc.string(), fc.jsonValue()).map(given => ({ type: 'call' as const, given })),
)

it('says the same in parts and whole, whatever the engine says', () => {
  fc.assert(
    fc.property(fc.array(anyPiece), parts => {
      let calls = 0
      const pieces = parts.flatMap((part): Piece[] => {
        if (part.type !== 'call') return [part]
        const text = JSON.stringify(part.given)
        const half = Math.floor(text.length / 2)
        return call(calls++, text.slice(0, half), text.slice(half))
      })
      const lines = said(pieces)
      const whole = joined(lines)
      const text = (type: string) =>
        parts.map(part => (part.type !== 'call' && part.type === type ? part.text : '')).join('')
      expect(whole.content).toBe(text('text'))
      expect(whole.thinking ?? '').toBe(text('reasoning'))
      const given = (whole.tool_calls ?? []).map(one => one.function.arguments)
      // As JSON has them: -0 is 0 there.
      const asked = parts.flatMap(part => (part.type === 'call' ? [part.given] : []))
      expect(given).toEqual(JSON.parse(JSON.stringify(asked)))
      expect((whole.tool_calls ?? []).map(one => one.function.index)).toEqual(asked.map((_, index) => index))
    }),
    { numRuns: 200 },
  )
})
