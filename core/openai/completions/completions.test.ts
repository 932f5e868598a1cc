import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionChunk, createCompletion } from '../../contract/completions.ts'
import type { ImpetusError } from '../../contract/errors.ts'
import { issuesToError } from '../../http/zod-error.ts'
import { type AnswerDelta, type End, newHead, wireUsage } from '../wire.ts'
import { CompletionAnswer, completionOf, likeliest, type WholeChoice } from './answer.ts'
import { CompletionChunks, usageChunk } from './chunks.ts'
import { completionRequests } from './prompt.ts'

function translate(body: unknown) {
  const parsed = createCompletion.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return completionRequests(parsed.data)
}

describe('prompts', () => {
  it.each([
    ['a text', { prompt: 'a' }, { kind: 'text', text: 'a' }],
    ['an empty text', { prompt: '' }, { kind: 'text', text: '' }],
    ['a list of one text', { prompt: ['a'] }, { kind: 'text', text: 'a' }],
    ['tokens', { prompt: [1, 2] }, { kind: 'tokens', tokens: [1, 2] }],
    ['a list of one list of tokens', { prompt: [[1, 2]] }, { kind: 'tokens', tokens: [1, 2] }],
    ['no tokens', { prompt: [] }, { kind: 'tokens', tokens: [] }],
    ['a gap', { prompt: 'a', suffix: 'b' }, { kind: 'infill', prefix: 'a', suffix: 'b' }],
    ['an empty suffix', { prompt: 'a', suffix: '' }, { kind: 'text', text: 'a' }],
    ['a suffix of null', { prompt: 'a', suffix: null }, { kind: 'text', text: 'a' }],
  ])('%s', (_name, body, prompt) => {
    expect(translate(body)).toEqual([{ prompt, stop: [], sampling: {} }])
  })

  it('answers each of several', () => {
    expect(translate({ prompt: ['a', 'b'] }).map(({ prompt }) => prompt)).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ])
    expect(translate({ prompt: [[1], [2, 3]] }).map(({ prompt }) => prompt)).toEqual([
      { kind: 'tokens', tokens: [1] },
      { kind: 'tokens', tokens: [2, 3] },
    ])
  })

  it.each([
    ['none', {}, 'prompt'],
    ['mixed', { prompt: ['a', 1] }, 'prompt'],
    ['negative tokens', { prompt: [-1] }, 'prompt'],
    ['null', { prompt: null }, 'prompt'],
    ['tokens with a suffix', { prompt: [1], suffix: 'b' }, 'suffix'],
    ['too many answers', { prompt: Array(100).fill('a'), n: 100 }, 'prompt'],
    ['logprobs beyond reason', { prompt: 'a', logprobs: 100 }, 'logprobs'],
    ['echo in words', { prompt: 'a', echo: 'yes' }, 'echo'],
  ])('refuses %s', (_name, body, param) => {
    expect(() => translate(body)).toThrowError(
      expect.objectContaining({ param } satisfies Partial<ImpetusError>),
    )
  })

  it('takes a limit of nothing, which is how a prompt is measured, and twelve stop texts', () => {
    expect(translate({ prompt: 'a', max_tokens: 0 })).toMatchObject([{ maxTokens: 0 }])
    expect(translate({ prompt: 'a', n_predict: 7 })).toMatchObject([{ maxTokens: 7 }])
    expect(translate({ prompt: 'a', n_predict: 7, max_tokens: 3 })).toMatchObject([{ maxTokens: 3 }])
    const stop = Array.from({ length: 12 }, (_, index) => `<stop${index}>`)
    expect(translate({ prompt: 'a', stop })[0]?.stop).toEqual(stop)
  })
})

const head = newHead('cmpl', 'a-model', '1')
const end: End = {
  type: 'end',
  reason: 'length',
  usage: { promptTokens: 2, cachedTokens: 0, completionTokens: 2, reasoningTokens: 0 },
  timings: { queued: 0, prefill: 0, decode: 0 },
}

it('joins to the whole answer, with exactly one finish', () => {
  const pieces = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }))
  fc.assert(
    fc.property(pieces, fc.string(), fc.boolean(), (texts, echo, includeUsage) => {
      const deltas: AnswerDelta[] = [...texts.map(text => ({ type: 'text' as const, text, tokens: 1 })), end]
      const events = new CompletionChunks(head, 0, { text: echo, tokens: [] })
      const chunks = [
        ...events.begin(),
        ...deltas.flatMap(delta => events.add(delta)),
        ...(includeUsage ? [usageChunk(head, wireUsage(end))] : []),
      ].map(chunk => completionChunk.parse(JSON.parse(JSON.stringify(chunk))))
      const answer = new CompletionAnswer(0, { text: echo, tokens: [] })
      for (const delta of deltas) if (delta.type !== 'end') answer.add(delta)
      const whole = createCompletion.response.parse(completionOf(head, [answer.end(end)], end))
      const choices = chunks.flatMap(chunk => chunk.choices)
      expect(choices.map(choice => choice.text).join('')).toBe(whole.choices[0]?.text)
      expect(choices.flatMap(choice => choice.finish_reason ?? [])).toEqual(['length'])
      expect(chunks.filter(chunk => chunk.usage !== undefined)).toHaveLength(includeUsage ? 1 : 0)
    }),
  )
})

function logprob(text: string, value: number) {
  const likelihood = { token: 1, text, bytes: [...Buffer.from(text)], logprob: value }
  return { ...likelihood, top: [likelihood, { ...likelihood, text: `${text}!`, logprob: -Infinity }] }
}

it('tells how likely each token was, in lists, with its place in the text', () => {
  const answer = new CompletionAnswer(0, { text: 'abc', tokens: [] })
  answer.add({ type: 'text', text: 'de', tokens: 2, logprobs: [logprob('d', -1), logprob('e', -3)] })
  const { choice, likelihood } = answer.end(end)
  expect(likelihood).toBe(-2)
  expect(choice.logprobs).toEqual({
    tokens: ['d', 'e'],
    token_logprobs: [-1, -3],
    top_logprobs: [
      { d: -1, 'd!': -9999 },
      { e: -3, 'e!': -9999 },
    ],
    text_offset: [3, 4],
  })
  const events = new CompletionChunks(head, 0, { text: 'abc', tokens: [] })
  const pieces = ['d', 'e'].flatMap(text =>
    events.add({ type: 'text', text, tokens: 1, logprobs: [logprob(text, -1)] }),
  )
  expect(pieces.map(piece => piece.choices[0]?.logprobs?.text_offset)).toEqual([[3], [4]])
})

it('tells how likely the prompt was, before the answer', () => {
  const tokens = [{ ...logprob('ab', 0), logprob: null, top: [] }, logprob('c', -2)]
  const answer = new CompletionAnswer(0, { text: 'abc', tokens })
  answer.add({ type: 'text', text: 'd', tokens: 1, logprobs: [logprob('d', -1)] })
  const { choice, likelihood } = answer.end(end)
  expect(choice).toMatchObject({
    text: 'abcd',
    logprobs: {
      tokens: ['ab', 'c', 'd'],
      token_logprobs: [null, -2, -1],
      top_logprobs: [null, { c: -2, 'c!': -9999 }, { d: -1, 'd!': -9999 }],
      text_offset: [0, 2, 3],
    },
  })
  // Answers are compared by what they say, not by what they were asked.
  expect(likelihood).toBe(-1)
  const [first] = new CompletionChunks(head, 0, { text: 'abc', tokens }).begin()
  expect(first?.choices[0]?.logprobs?.token_logprobs).toEqual([null, -2])
  const silent = new CompletionAnswer(0, { text: 'abc', tokens }).end(end)
  expect(silent.choice.logprobs?.tokens).toEqual(['ab', 'c'])
})

it('gives the likeliest of each prompt’s answers', () => {
  const one = (index: number, likelihood: number): WholeChoice => ({
    choice: { index, text: `${likelihood}`, logprobs: null, finish_reason: 'stop' },
    end,
    likelihood,
  })
  const all = [one(0, -3), one(1, -1), one(2, -2), one(3, -1), one(4, -2), one(5, -3)]
  const kept = likeliest(all, 3, 2).map(({ choice }) => [choice.index, choice.text])
  expect(kept).toEqual([
    [0, '-1'],
    [1, '-2'],
    [2, '-1'],
    [3, '-2'],
  ])
})
