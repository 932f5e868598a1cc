import type { Case } from './cases.testing.ts'

const tree = {
  type: 'object',
  properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
  required: ['name'],
}

/** Objects, choices, references. */
export const structureCases: readonly Case[] = [
  { name: 'anything', schema: {}, valid: [1, 'a', null, [], { a: [{}] }], invalid: ['', 'x', '{'] },
  { name: 'true', schema: true, valid: [1, { a: 1 }], invalid: [''] },
  {
    name: 'several types',
    schema: { type: ['string', 'null'] },
    valid: ['', 'a', null],
    invalid: ['1', 'true', '{}'],
  },
  {
    name: "OpenAPI's nullable",
    schema: { type: 'integer', nullable: true },
    valid: [1, null],
    invalid: ['"a"', '1.5'],
  },
  { name: 'types by other keywords', schema: { minLength: 2 }, valid: ['ab'], invalid: ['1', '"a"'] },
  {
    name: 'enum of every kind',
    schema: { enum: ['a"b', 1, null, true, { x: [1] }] },
    valid: ['a"b', 1, null, true],
    invalid: ['2', '"a"', 'false'],
  },
  {
    name: 'enum beside other keywords',
    schema: { type: 'string', enum: ['a', 'bcd', 3], maxLength: 2 },
    valid: ['a'],
    invalid: ['"bcd"', '3'],
  },
  { name: 'const', schema: { const: 'é😀\n' }, valid: ['é😀\n'], invalid: ['"e"'] },
  {
    name: 'properties in order, some required',
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' }, b: {}, c: { type: 'boolean' } },
      required: ['b'],
    },
    valid: [{ b: 1 }, { a: 1, b: 'x' }, { b: [], c: true }, { a: 1, b: null, c: false }],
    invalid: ['{}', '{"a":1}', '{"b":1,}', '{"b":1,"d":2}', '{,"b":1}', '{"c":true,"b":1}'],
  },
  {
    name: 'all properties optional',
    schema: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
    valid: [{}, { a: 1 }, { b: 1 }, { a: 1, b: 2 }],
    invalid: ['{"c":1}', '{"a":1 "b":2}'],
  },
  {
    name: 'no properties',
    schema: { type: 'object', properties: {} },
    valid: [{}],
    invalid: ['{"a":1}', '[]'],
  },
  {
    name: 'an object of whatever',
    schema: { type: 'object' },
    valid: [{}, { a: { b: 1 } }],
    invalid: ['[]', '1'],
  },
  {
    name: 'additional properties by schema, declared names taken out',
    schema: {
      type: 'object',
      properties: { ab: { type: 'integer' } },
      required: ['ab'],
      additionalProperties: { type: 'string' },
    },
    valid: [{ ab: 1 }, { ab: 1, a: 'x' }, { ab: 1, abc: 'x', b: '' }, { ab: 1, '': 'x', 'a\n"': 'y' }],
    invalid: ['{"ab":1,"ab":"x"}', '{"ab":1,"x":1}', '{"a":"x"}'],
  },
  {
    name: 'required but not declared',
    schema: { type: 'object', required: ['x'], additionalProperties: { type: 'integer' } },
    valid: [{ x: 1 }, { x: 1, y: 2 }],
    invalid: ['{}', '{"y":1}', '{"x":"a"}'],
  },
  {
    name: 'a map',
    schema: { type: 'object', additionalProperties: { type: 'number' }, maxProperties: 2 },
    valid: [{}, { a: 1 }, { a: 1, b: -2.5 }],
    invalid: ['{"a":1,"b":2,"c":3}', '{"a":"x"}'],
  },
  {
    name: 'a map with listed names',
    schema: {
      type: 'object',
      propertyNames: { enum: ['x', 'y'] },
      additionalProperties: { type: 'integer' },
    },
    valid: [{}, { x: 1 }, { x: 1, y: 2 }],
    invalid: ['{"z":1}'],
    notEnforced: ['propertyNames'],
  },
  {
    name: 'patternProperties',
    schema: { type: 'object', patternProperties: { '^x-[a-z]+$': { type: 'integer' } } },
    valid: [{}, { 'x-a': 1 }, { 'x-a': 1, 'x-bc': 2 }],
    invalid: ['{"y":1}', '{"x-a":"b"}'],
  },
  {
    name: 'declared property under a pattern',
    schema: {
      type: 'object',
      properties: { ab: { minimum: 1 } },
      patternProperties: { '^a': { type: 'integer' } },
      required: ['ab'],
    },
    valid: [{ ab: 1 }],
    invalid: ['{"ab":0}', '{"ab":1.5}', '{"ab":"x"}'],
    notEnforced: ['patternProperties'],
  },
  {
    name: 'allOf joins properties and closes over its own part only',
    schema: {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        { properties: { a: { maximum: 5 }, b: { type: 'string' } } },
      ],
    },
    valid: [{ a: 5 }, { a: -3, b: 'x' }],
    invalid: ['{"a":6}', '{"b":"x"}', '{"a":1.5}'],
  },
  {
    name: 'additionalProperties false beside allOf',
    schema: {
      allOf: [
        { type: 'object', properties: { a: {} }, additionalProperties: false },
        { properties: { b: {} } },
      ],
    },
    valid: [{}, { a: 1 }],
    invalid: ['{"b":1}'],
  },
  {
    name: 'anyOf beside properties',
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    valid: [{ a: 1 }, { b: 1 }, { a: 1, b: 1 }],
    invalid: ['{}'],
  },
  {
    name: 'oneOf told apart by a constant',
    schema: {
      oneOf: [
        {
          type: 'object',
          properties: { kind: { const: 'a' }, x: { type: 'integer' } },
          required: ['kind', 'x'],
        },
        {
          type: 'object',
          properties: { kind: { const: 'b' }, y: { type: 'string' } },
          required: ['kind', 'y'],
        },
      ],
    },
    valid: [
      { kind: 'a', x: 1 },
      { kind: 'b', y: '' },
    ],
    invalid: ['{"kind":"a","y":""}', '{"kind":"c"}'],
  },
  {
    name: 'oneOf that may overlap',
    schema: {
      oneOf: [
        { type: 'integer', minimum: 3 },
        { type: 'integer', maximum: 5 },
      ],
    },
    valid: [1, 9],
    invalid: ['"a"'],
    notEnforced: ['oneOf'],
  },
  {
    name: 'a tree by recursion',
    schema: tree,
    valid: [{ name: 'a' }, { name: 'a', children: [{ name: 'b', children: [] }] }],
    invalid: ['{"children":[]}', '{"name":"a","children":[{}]}'],
  },
  {
    name: 'definitions, escapes in references and siblings of $ref',
    schema: {
      type: 'object',
      properties: { a: { $ref: '#/definitions/x~1y%20z', maxLength: 3 }, b: { $ref: '#named' } },
      definitions: { 'x/y z': { type: 'string', minLength: 2 }, n: { $anchor: 'named', type: 'integer' } },
    },
    valid: [{ a: 'ab', b: 1 }, { a: 'abc' }],
    invalid: ['{"a":"a"}', '{"a":"abcd"}', '{"b":"x"}'],
  },
  {
    name: 'a reference to elsewhere',
    schema: { type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } },
    valid: [{ a: 1 }],
    invalid: ['[]'],
    notEnforced: ['properties.a $ref'],
  },
]
