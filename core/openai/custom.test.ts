import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Generation } from '../generation/types.ts'
import { customArguments, customFunction, InputReader, withInputs } from './custom.ts'
import type { AnswerDelta } from './wire.ts'

const end: AnswerDelta = {
  type: 'end',
  reason: 'toolCalls',
  usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 1, reasoningTokens: 0 },
  timings: { queued: 0, prefill: 0, decode: 0 },
}

describe('a custom tool', () => {
  it('is a function of one text', () => {
    expect(customFunction({ name: 'patch', description: 'Changes a file.' })).toEqual({
      name: 'patch',
      description: 'Changes a file.',
      parameters: {
        type: 'object',
        properties: { input: { type: 'string' } },
        required: ['input'],
        additionalProperties: false,
      },
    })
  })

  it('holds its input to a regular expression, and tells of a grammar', () => {
    const regex = { type: 'grammar', syntax: 'regex', definition: 'a|b' }
    expect(customFunction({ name: 'f', format: regex }).parameters).toMatchObject({
      properties: { input: { type: 'string', pattern: '^(?:a|b)$' } },
    })
    const lark = { type: 'grammar', syntax: 'lark', definition: 'start: "x"' }
    expect(customFunction({ name: 'f', description: 'F.', format: lark }).description).toBe(
      'F.\n\nThe input follows this grammar:\nstart: "x"',
    )
    expect(customFunction({ name: 'f', format: { type: 'text' } })).not.toHaveProperty('description')
  })
})

/** Cuts a text anywhere. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map(cut => cut % (text.length + 1)), text.length].sort((one, two) => one - two)
  return at.slice(1).map((to, index) => text.slice(at[index], to))
}

function readAll(json: string, cuts: readonly number[] = []): string {
  const reader = new InputReader()
  return (
    pieces(json, cuts)
      .map(piece => reader.push(piece))
      .join('') + reader.end()
  )
}

const escaped = (text: string) =>
  `{ "input" : "${[...Array(text.length).keys()].map(at => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"}`

describe('the input of a call', () => {
  it('is read out of its JSON, however that is written and cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat()), fc.boolean(), (input, cuts, plain) => {
        expect(readAll(plain ? customArguments(input) : escaped(input), cuts)).toBe(input)
      }),
      { numRuns: 500 },
    )
  })

  it('comes in whole characters', () => {
    const reader = new InputReader()
    const parts = [...escaped('a😀b')].map(character => reader.push(character))
    expect(parts.filter(part => part !== '')).toEqual(['a', '😀', 'b'])
  })

  it('has what there is when it is cut off, and arguments of another form as they are', () => {
    expect(readAll('{"input":"a\\n\\u00')).toBe('a\n')
    expect(readAll('{"path":"x"}', [3])).toBe('{"path":"x"}')
    expect(readAll('')).toBe('')
  })
})

it('an answer has the inputs of custom calls in the place of their arguments', async () => {
  const said: AnswerDelta[] = [
    { type: 'text', text: 'Now.', tokens: 1 },
    { type: 'toolCall', index: 0, id: 'a', name: 'patch', arguments: '' },
    { type: 'toolCall', index: 0, arguments: '{"input":"x\\' },
    { type: 'toolCall', index: 0, arguments: 'ny"}' },
    { type: 'toolCall', index: 1, id: 'b', name: 'other', arguments: '{"input":1}' },
    { type: 'toolCall', index: 2, id: 'c', name: 'patch', arguments: '{"a":1}' },
    end,
  ]
  async function* deltas() {
    yield* said
  }
  const generation = { deltas: deltas() } as unknown as Generation
  const heard: AnswerDelta[] = []
  for await (const delta of withInputs(generation, new Set(['patch'])).deltas) heard.push(delta)
  expect(heard).toEqual([
    said[0],
    { type: 'toolCall', index: 0, id: 'a', name: 'patch', arguments: '', custom: true },
    { type: 'toolCall', index: 0, arguments: 'x', custom: true },
    { type: 'toolCall', index: 0, arguments: '\ny', custom: true },
    said[4],
    { type: 'toolCall', index: 2, id: 'c', name: 'patch', arguments: '', custom: true },
    { type: 'toolCall', index: 2, arguments: '{"a":1}', custom: true },
    end,
  ])
})
