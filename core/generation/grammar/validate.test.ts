import { Validator as Judge } from '@cfworker/json-schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkValue } from './grammar.ts'
import { schemaWithValue } from './schemas.testing.ts'

function judged(schema: object, value: unknown): boolean {
  return new Judge(structuredClone(schema) as object, '2020-12').validate(value).valid
}

/** One keyword each, with a fitting value. */
function keywords(schema: fc.Arbitrary<object | boolean>): Record<string, fc.Arbitrary<unknown>> {
  const several = fc.array(schema, { minLength: 1, maxLength: 2 })
  const named = fc.dictionary(fc.constantFrom('a', 'b', 'c'), schema, { maxKeys: 2 })
  return {
    type: fc.constantFrom('object', 'array', 'string', 'integer', ['number', 'null']),
    const: fc.constantFrom(1, 'a', null, { a: 1 }, [1]),
    enum: fc.constant([1, 1.5, 'a', { a: 1 }]),
    minimum: fc.integer({ min: -2, max: 2 }),
    exclusiveMaximum: fc.integer({ min: -2, max: 3 }),
    multipleOf: fc.constantFrom(2, 0.5),
    minLength: fc.nat(2),
    pattern: fc.constantFrom('^a', 'b$', '[ab]{2}'),
    minItems: fc.nat(2),
    uniqueItems: fc.boolean(),
    prefixItems: several,
    items: schema,
    contains: schema,
    maxContains: fc.nat(2),
    unevaluatedItems: fc.boolean(),
    properties: named,
    patternProperties: fc.dictionary(fc.constantFrom('^a', '[bc]'), schema, { maxKeys: 1 }),
    additionalProperties: schema,
    unevaluatedProperties: schema,
    required: fc.subarray(['a', 'b']),
    minProperties: fc.nat(2),
    maxProperties: fc.nat(3),
    propertyNames: schema,
    dependentRequired: fc.constant({ a: ['b'] }),
    dependentSchemas: fc.record({ a: schema }),
    not: schema,
    if: schema,
    // biome-ignore lint/suspicious/noThenProperty: it is the keyword
    then: schema,
    else: schema,
    anyOf: several,
    oneOf: several,
    allOf: several,
  }
}

const schema = fc
  .letrec<{ schema: object | boolean }>(tie => {
    const entries = Object.entries(keywords(tie('schema'))).map(([name, each]) =>
      fc.tuple(fc.constant(name), each),
    )
    const joined = fc
      .array(fc.oneof(...entries), { minLength: 1, maxLength: 3 })
      .map(list => Object.fromEntries(list))
    return { schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), { arbitrary: joined, weight: 9 }) }
  })
  .schema.filter(each => typeof each === 'object')

const value = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(0, 1, 2, -1, 1.5, 'a', 'ab', '', null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 3 }),
  ),
})).value

test('what one branch of allOf looked at, another has not seen', () => {
  const rule = { allOf: [{ items: true }, { unevaluatedItems: false }] }
  expect(checkValue(rule, [[]], 'schema')).toBeDefined()
  expect(
    checkValue({ ...rule, allOf: [{ items: true }], unevaluatedItems: false }, [[]], 'schema'),
  ).toBeUndefined()
})

test('agrees with an independent validator on any keyword and any value', () => {
  let valid = 0
  fc.assert(
    fc.property(schema, value, (rule, instance) => {
      const passes = judged(rule as object, instance)
      valid += passes ? 1 : 0
      expect(checkValue(rule, instance, 'schema') === undefined).toBe(passes)
    }),
    { numRuns: 3000 },
  )
  expect(valid).toBeGreaterThan(300)
})

test('agrees on values made for another schema', () => {
  fc.assert(
    fc.property(schemaWithValue, schemaWithValue, ({ schema: rule }, { value: instance }) => {
      expect(checkValue(rule, instance, 'schema') === undefined).toBe(judged(rule, instance))
    }),
    { numRuns: 500 },
  )
})

test('names the place', () => {
  const rule = { properties: { a: { items: { type: 'integer' } } }, required: ['b'] }
  expect(checkValue(rule, { a: [1, 'x'], b: 1 }, 'schema')).toEqual({ path: 'a.1', keyword: 'type' })
  expect(checkValue(rule, { a: [] }, 'schema')).toEqual({ path: 'b', keyword: 'required' })
})
