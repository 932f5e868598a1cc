import { Validator as Judge } from '@cfworker/json-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGbnf, Sampler } from '../../../tests/support/gbnf.ts'
import { llamaGrammar } from '../../../tests/support/llama-grammar.ts'
import { ImpetusError } from '../../contract/errors.ts'
import { cases } from './cases.testing.ts'
import { checkValue, jsonObjectGrammar, schemaGrammar } from './grammar.ts'
import { schemaWithValue } from './schemas.testing.ts'

/** Numbers from 0 to 1 by seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Whether an independent implementation finds the value valid. */
function judged(schema: object, value: unknown): boolean {
  // OpenAPI's keyword, unknown to JSON Schema.
  if (value === null && 'nullable' in schema && schema.nullable === true) return true
  const draft = 'exclusiveMinimum' in schema && schema.exclusiveMinimum === true ? '4' : '2020-12'
  return new Judge(structuredClone(schema), draft).validate(value).valid
}

describe('schemas of every kind', () => {
  test.each(cases)('$name', async ({ schema, valid, invalid, notEnforced = [] }) => {
    const result = schemaGrammar(schema, 'schema')
    expect(result.notEnforced.map(({ path, keyword }) => `${path} ${keyword}`.trim())).toEqual(notEnforced)
    const grammar = await llamaGrammar(result.grammar)
    for (const value of valid) {
      expect([value, grammar.accepts(JSON.stringify(value))]).toEqual([value, true])
      expect([value, grammar.accepts(JSON.stringify(value, null, 2))]).toEqual([value, true])
    }
    for (const text of invalid) expect([text, grammar.accepts(text)]).toEqual([text, false])
    const sampler = new Sampler(parseGbnf(result.grammar))
    for (let seed = 0; seed < 30; seed += 1) {
      const text = sampler.sample(random(seed))
      expect([text, grammar.accepts(text)]).toEqual([text, true])
      const value: unknown = JSON.parse(text)
      if (notEnforced.length === 0 && typeof schema === 'object') {
        expect([text, judged(schema, value), checkValue(schema, value, 'schema')]).toEqual([
          text,
          true,
          undefined,
        ])
      }
    }
  })
})

test('random schemas: what the grammar writes is valid, and valid values fit the grammar', async () => {
  await fc.assert(
    fc.asyncProperty(schemaWithValue, fc.nat(), async ({ schema, value }, seed) => {
      const { grammar: text, notEnforced } = schemaGrammar(schema, 'schema')
      const grammar = await llamaGrammar(text)
      expect(grammar.accepts(JSON.stringify(value))).toBe(true)
      expect(grammar.accepts(JSON.stringify(value, null, 2))).toBe(true)
      expect(checkValue(schema, value, 'schema')).toBeUndefined()
      const sample = new Sampler(parseGbnf(text)).sample(random(seed))
      expect(grammar.accepts(sample)).toBe(true)
      const drawn: unknown = JSON.parse(sample)
      const valid = judged(schema, drawn)
      expect(checkValue(schema, drawn, 'schema') === undefined).toBe(valid)
      if (notEnforced.length === 0) expect(valid).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('json_object allows objects and nothing else', async () => {
  const grammar = await llamaGrammar(jsonObjectGrammar())
  for (const value of [{}, { a: 1 }, { 'ключ "x"': [null, true, -1.5e-7, { b: [] }, ' \n\u0001'] }]) {
    expect(grammar.accepts(JSON.stringify(value, null, 1))).toBe(true)
  }
  for (const text of ['', '[]', '1', '"a"', '{"a":}', '{"a":1,}', '{a:1}', '{"a":1} x']) {
    expect(grammar.accepts(text)).toBe(false)
  }
})

describe('hostile schemas', () => {
  const nested = (levels: number): object => (levels === 0 ? {} : { items: nested(levels - 1) })
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `d${index}`,
      { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { type: 'null', $ref: `#/$defs/d${index + 1}` }] },
    ]),
  )
  const refused: readonly { name: string; schema: unknown; param: string }[] = [
    { name: 'not a schema', schema: 'x', param: 'tool' },
    { name: 'too deep', schema: nested(200), param: 'tool' },
    { name: 'too large', schema: { description: 'x'.repeat(1_000_000) }, param: 'tool' },
    {
      name: 'too many nodes',
      schema: { enum: Array.from({ length: 60_000 }, (_, index) => index) },
      param: 'tool',
    },
    { name: 'refers to itself', schema: { $ref: '#' }, param: 'tool' },
    {
      name: 'refers to itself in a circle',
      schema: {
        properties: { a: { $ref: '#/$defs/b' } },
        $defs: { b: { allOf: [{ $ref: '#/$defs/c' }] }, c: { $ref: '#/$defs/b' } },
      },
      param: 'tool.$defs.b',
    },
    { name: 'a choice of itself', schema: { anyOf: [{ $ref: '#' }, { type: 'string' }] }, param: 'tool' },
    { name: 'impossible', schema: { type: 'string', allOf: [{ type: 'number' }] }, param: 'tool' },
    {
      name: 'impossible inside',
      schema: { type: 'object', required: ['a'], properties: { a: false } },
      param: 'tool',
    },
  ]
  test.each(refused)('$name is refused', ({ schema, param }) => {
    const error = refusal(() => schemaGrammar(schema, 'tool'))
    expect(error.param).toBe(param)
    expect(['invalid_value', 'invalid_type']).toContain(error.code)
  })

  test.each([
    {
      name: 'choices that double 40 times',
      schema: { $ref: '#/$defs/d0', $defs: { ...doubling, d40: { type: 'string' } } },
    },
    { name: 'a pattern that backtracks', schema: { type: 'string', pattern: '^(a+)+$' } },
    { name: 'a pattern of nested empties', schema: { type: 'string', pattern: '^((a?)*(b?)*)*$' } },
    {
      name: 'a pattern that repeats a million times',
      schema: { type: 'string', pattern: '^((a{1000}){1000}){1000}$' },
    },
    {
      name: 'huge counts',
      schema: { type: 'array', minItems: 1e9, maxItems: 1e12, items: { type: 'string', minLength: 1e9 } },
    },
    {
      name: 'a thousand optional properties',
      schema: {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 1000 }, (_, index) => [`p${index}`, { type: 'string', maxLength: 50 }]),
        ),
      },
    },
    {
      name: 'a list of 5,000 words',
      schema: { enum: Array.from({ length: 5000 }, (_, index) => `word ${index}`) },
    },
  ])('$name makes a grammar that llama.cpp reads at once', async ({ schema }) => {
    const started = performance.now()
    const { grammar } = schemaGrammar(schema, 'schema')
    await llamaGrammar(grammar)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('checking a value ends, whatever the schema', () => {
    const schema = {
      anyOf: [
        { properties: { x: { $ref: '#' } } },
        { allOf: [{ properties: { x: { $ref: '#' } } }], required: ['y'] },
      ],
      required: ['z'],
    }
    let value: object = {}
    for (let level = 0; level < 60; level += 1) value = { x: value, z: 1 }
    expect(checkValue(schema, value, 'schema')).toBeUndefined()
    const text = { type: 'string', pattern: '^(a+)+$' }
    expect(checkValue(text, `${'a'.repeat(50_000)}!`, 'schema')).toEqual({ path: '', keyword: 'pattern' })
  })
})

function refusal(action: () => unknown): ImpetusError {
  try {
    action()
  } catch (error) {
    if (error instanceof ImpetusError) return error
    throw error
  }
  throw new Error('was not refused')
}
