import fc from 'fast-check'

/** A schema and a value that it allows, with properties in the declared order. */
export interface SchemaWithValue {
  readonly schema: Readonly<Record<string, unknown>>
  readonly value: unknown
}

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'name', 'ws', 'root', 'any-json', 'a"b', 'ключ', 'x\n', '', 'char'),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
)

const text: fc.Arbitrary<SchemaWithValue> = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.nat(3), fc.nat(3), fc.boolean())
  .map(([value, below, above, limited]) => {
    const length = [...value].length
    const limits = { minLength: Math.max(0, length - below), maxLength: length + above }
    return { schema: { type: 'string', ...(limited ? limits : {}) }, value }
  })

const patterned: fc.Arbitrary<SchemaWithValue> = fc
  .constantFrom(
    '^[a-z]{2,5}$',
    '^(foo|ba[rz])+$',
    '\\d+',
    '^\\w+-\\d{3}',
    '[^x]$',
    '^a?b*(c|d?)*$',
    '^\\S.*\\S$',
    '^$|^x',
  )
  .chain(pattern =>
    fc
      .stringMatching(new RegExp(pattern, 'u'))
      .map(value => ({ schema: { type: 'string', pattern }, value })),
  )
  .filter(({ value }) => value.isWellFormed())

const integer: fc.Arbitrary<SchemaWithValue> = fc
  .tuple(
    fc.maxSafeInteger(),
    fc.nat(1000),
    fc.nat(1000),
    fc.constantFrom('none', 'low', 'high', 'both', 'exclusive'),
  )
  .map(([value, below, above, kind]) => {
    const low = Math.max(Number.MIN_SAFE_INTEGER, value - below)
    const high = Math.min(Number.MAX_SAFE_INTEGER, value + above)
    const schema = {
      type: 'integer',
      ...(kind === 'low' || kind === 'both' ? { minimum: low } : {}),
      ...(kind === 'high' || kind === 'both' ? { maximum: high } : {}),
      ...(kind === 'exclusive' && low < value && value < high
        ? { exclusiveMinimum: low, exclusiveMaximum: high }
        : {}),
    }
    return { schema, value }
  })

const hundredth = fc.integer({ min: -100_000, max: 100_000 }).map(value => value / 100)

const decimal: fc.Arbitrary<SchemaWithValue> = fc
  .tuple(hundredth, hundredth, hundredth, fc.constantFrom('none', 'low', 'high', 'both', 'exclusive'))
  .map(([a, b, c, kind]) => {
    const [low, value, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
    const schema = {
      type: 'number',
      ...(kind === 'low' || kind === 'both' ? { minimum: low } : {}),
      ...(kind === 'high' || kind === 'both' ? { maximum: high } : {}),
      ...(kind === 'exclusive' && low < value && value < high
        ? { exclusiveMinimum: low, exclusiveMaximum: high }
        : {}),
    }
    return { schema, value }
  })

const fixed: fc.Arbitrary<SchemaWithValue> = fc
  .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), {
    minLength: 1,
    maxLength: 4,
  })
  .chain(values => fc.constantFrom(...values).map(value => ({ schema: { enum: values }, value })))

const simple: fc.Arbitrary<SchemaWithValue> = fc.oneof(
  text,
  patterned,
  integer,
  decimal,
  fixed,
  fc.constant({ schema: { type: 'null' }, value: null }),
  fc.boolean().map(value => ({ schema: { type: 'boolean' }, value })),
)

function objectOf(inner: fc.Arbitrary<SchemaWithValue>): fc.Arbitrary<SchemaWithValue> {
  const member = fc.tuple(name, inner, fc.boolean(), fc.boolean())
  return (
    fc
      .tuple(
        fc.uniqueArray(member, { selector: ([key]) => key, maxLength: 5 }),
        fc.constantFrom('absent', 'closed', 'open'),
      )
      .chain(([members, additional]) =>
        (additional === 'open'
          ? fc.dictionary(fc.string({ minLength: 9, maxLength: 12 }), fc.integer(), { maxKeys: 2 })
          : fc.constant({})
        ).map(extra => ({
          schema: {
            type: 'object',
            properties: Object.fromEntries(members.map(([key, { schema }]) => [key, schema])),
            required: members.filter(([, , required]) => required).map(([key]) => key),
            ...(additional === 'closed' ? { additionalProperties: false } : {}),
            ...(additional === 'open' ? { additionalProperties: { type: 'integer' } } : {}),
          },
          value: {
            ...Object.fromEntries(
              members
                .filter(([, , required, present]) => required || present)
                .map(([key, { value }]) => [key, value]),
            ),
            ...extra,
          },
        })),
      )
      // JavaScript puts keys like "1" first, whatever order they were written in.
      .filter(
        ({ schema }) => !Object.keys(schema.properties).some(key => /^\d+$/.test(key) || key === '__proto__'),
      )
      .filter(({ value }) => !Object.keys(value).some(key => /^\d+$/.test(key) || key === '__proto__'))
  )
}

function arrayOf(inner: fc.Arbitrary<SchemaWithValue>): fc.Arbitrary<SchemaWithValue> {
  return fc.oneof(
    fc.tuple(inner, fc.nat(4), fc.nat(2), fc.boolean()).map(([{ schema, value }, count, slack, limited]) => ({
      schema: {
        type: 'array',
        items: schema,
        ...(limited ? { minItems: Math.max(0, count - slack), maxItems: count + slack } : {}),
      },
      value: Array.from({ length: count }, () => value),
    })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map(items => ({
      schema: {
        type: 'array',
        prefixItems: items.map(({ schema }) => schema),
        items: false,
        minItems: items.length - 1,
      },
      value: items.map(({ value }) => value),
    })),
  )
}

function combined(inner: fc.Arbitrary<SchemaWithValue>): fc.Arbitrary<SchemaWithValue> {
  return fc
    .tuple(inner, inner, fc.constantFrom('anyOf', 'allOf', 'ref', 'nullable'))
    .map(([one, other, kind]) => {
      if (kind === 'anyOf') return { schema: { anyOf: [other.schema, one.schema] }, value: one.value }
      if (kind === 'allOf') return { schema: { allOf: [one.schema, {}] }, value: one.value }
      if (kind === 'nullable') return { schema: { anyOf: [one.schema, { type: 'null' }] }, value: one.value }
      return { schema: { $ref: '#/$defs/x', $defs: { x: one.schema } }, value: one.value }
    })
}

const level1 = fc.oneof(simple, objectOf(simple), arrayOf(simple))
const level2 = fc.oneof(
  level1,
  objectOf(level1),
  arrayOf(level1),
  combined(level1).filter(({ schema }) => !('$ref' in schema)),
)

export const schemaWithValue: fc.Arbitrary<SchemaWithValue> = fc.oneof(
  level2,
  objectOf(level2),
  combined(level2),
)
