import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionChunk, createCompletion } from '../../contract/completions.ts'
import type { ImpetusError } from '../../contract/errors.ts'
import { issuesToError } from '../../http/zod-error.ts'
import { type AnswerDelta, type End, newHead } from '../wire.ts'
import { CompletionAnswer } from './answer.ts'
import { chunksOf, textChunk } from './chunks.ts'
import { completionRequest } from './prompt.ts'

function translate(body: unknown) {
  const parsed = createCompletion.request.safeParse(body)
  if (!parsed.success) throw issuesToError(parsed.error)
  return completionRequest(parsed.data)
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
    expect(translate(body)).toEqual({ prompt, stop: [], sampling: {} })
  })

  it.each([
    ['none', {}, 'prompt'],
    ['two', { prompt: ['a', 'b'] }, 'prompt'],
    ['mixed', { prompt: ['a', 1] }, 'prompt'],
    ['negative tokens', { prompt: [-1] }, 'prompt'],
    ['null', { prompt: null }, 'prompt'],
    ['tokens with a suffix', { prompt: [1], suffix: 'b' }, 'suffix'],
    ['two answers', { prompt: 'a', n: 2 }, 'n'],
    ['echo in words', { prompt: 'a', echo: 'yes' }, 'echo'],
  ])('refuses %s', (_name, body, param) => {
    expect(() => translate(body)).toThrowError(
      expect.objectContaining({ param } satisfies Partial<ImpetusError>),
    )
  })

  it('takes a limit of nothing, which is how a prompt is measured, and twelve stop texts', () => {
    expect(translate({ prompt: 'a', max_tokens: 0 })).toMatchObject({ maxTokens: 0 })
    const stop = Array.from({ length: 12 }, (_, index) => `<stop${index}>`)
    expect(translate({ prompt: 'a', stop }).stop).toEqual(stop)
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
      const chunks = [
        ...(echo === '' ? [] : [textChunk(echo, head)]),
        ...deltas.flatMap(delta => chunksOf(delta, head, includeUsage)),
      ].map(chunk => completionChunk.parse(JSON.parse(JSON.stringify(chunk))))
      const answer = new CompletionAnswer(head, echo)
      for (const delta of deltas) if (delta.type !== 'end') answer.add(delta)
      const whole = createCompletion.response.parse(answer.end(end))
      const choices = chunks.flatMap(chunk => chunk.choices)
      expect(choices.map(choice => choice.text).join('')).toBe(whole.choices[0]?.text)
      expect(choices.flatMap(choice => choice.finish_reason ?? [])).toEqual(['length'])
      expect(chunks.filter(chunk => chunk.usage !== undefined)).toHaveLength(includeUsage ? 1 : 0)
    }),
  )
})
