/** One schema each, with values it must allow and texts that the grammar must not. */
export interface Case {
  readonly name: string
  readonly schema: object | boolean
  readonly valid: readonly unknown[]
  readonly invalid: readonly string[]
  /** As `path keyword`. */
  readonly notEnforced?: readonly string[]
}

const tree = {
  type: 'object',
  properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
  required: ['name'],
}

export const cases: readonly Case[] = [
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
  {
    name: 'items',
    schema: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 },
    valid: [[1], [1, 2, 3]],
    invalid: ['[]', '[1,2,3,4]', '["a"]', '[1,]'],
  },
  { name: 'an array of whatever', schema: { type: 'array' }, valid: [[], [1, 'a', [null]]], invalid: ['{}'] },
  {
    name: 'a tuple and more',
    schema: {
      type: 'array',
      prefixItems: [{ type: 'string' }, { type: 'integer' }],
      items: { type: 'boolean' },
      minItems: 1,
    },
    valid: [['a'], ['a', 1], ['a', 1, true, false]],
    invalid: ['[]', '[1]', '["a",true]', '["a",1,2]'],
  },
  {
    name: "draft 7's tuple",
    schema: { items: [{ type: 'string' }], additionalItems: false },
    valid: [[], ['a']],
    invalid: ['["a","b"]'],
  },
  {
    name: 'string lengths count characters',
    schema: { type: 'string', minLength: 2, maxLength: 3 },
    valid: ['ab', '😀é"'],
    invalid: ['"a"', '"abcd"'],
  },
  {
    name: 'a very long string',
    schema: { type: 'string', maxLength: 100_000 },
    valid: ['', 'ab'],
    invalid: ['1'],
    notEnforced: ['maxLength'],
  },
  {
    name: 'pattern',
    schema: { type: 'string', pattern: '^[A-Z]{2}-\\d+(\\.\\d+)?$' },
    valid: ['AB-1', 'XY-12.5'],
    invalid: ['"ab-1"', '"AB-"', '"AB-1x"'],
  },
  {
    name: 'pattern without anchors',
    schema: { type: 'string', pattern: 'b+' },
    valid: ['b', 'abbc', '"b\n'],
    invalid: ['""', '"aca"'],
  },
  {
    name: 'pattern and length',
    schema: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
    valid: ['ab', 'abcd'],
    invalid: ['"a"', '"abcde"'],
  },
  {
    name: 'pattern beyond us',
    schema: { type: 'string', pattern: '^(?=a)b' },
    valid: ['ab'],
    invalid: ['1'],
    notEnforced: ['pattern'],
  },
  {
    name: 'date',
    schema: { type: 'string', format: 'date' },
    valid: ['2024-02-29', '1999-12-31'],
    invalid: ['"2023-02-29"', '"2023-13-01"', '"2023-04-31"', '"x"'],
  },
  {
    name: 'date-time',
    schema: { type: 'string', format: 'date-time' },
    valid: ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.123+01:00'],
    invalid: ['"2026-11-22"', '"2026-11-22T25:00:00Z"'],
  },
  {
    name: 'time',
    schema: { type: 'string', format: 'time' },
    valid: ['10:00:00Z'],
    invalid: ['"10:60:00Z"'],
  },
  {
    name: 'duration',
    schema: { type: 'string', format: 'duration' },
    valid: ['P1Y2M3DT4H5M6S', 'PT5M', 'P2W'],
    invalid: ['"P"', '"5m"'],
  },
  {
    name: 'uuid',
    schema: { type: 'string', format: 'uuid' },
    valid: ['123e4567-e89b-12d3-a456-426614174000'],
    invalid: ['"123"'],
  },
  {
    name: 'email',
    schema: { type: 'string', format: 'email' },
    valid: ['a.b+c@example.co.uk'],
    invalid: ['"a"', '"a@"', '".a@b"'],
  },
  {
    name: 'ipv4',
    schema: { type: 'string', format: 'ipv4' },
    valid: ['192.168.0.1', '255.255.255.255'],
    invalid: ['"256.1.1.1"', '"1.2.3"'],
  },
  {
    name: 'ipv6',
    schema: { type: 'string', format: 'ipv6' },
    valid: ['::1', '2001:db8::1', 'fe80:0:0:0:1:2:3:4'],
    invalid: ['"1:2"', '":::"'],
  },
  {
    name: 'hostname',
    schema: { type: 'string', format: 'hostname' },
    valid: ['a.example.com'],
    invalid: ['"-a"', '"a..b"'],
  },
  {
    name: 'uri',
    schema: { type: 'string', format: 'uri' },
    valid: ['https://example.com:80/a/b?c=d'],
    invalid: ['"example"'],
  },
  {
    name: 'a format nobody knows',
    schema: { type: 'string', format: 'colour' },
    valid: ['red'],
    invalid: ['1'],
    notEnforced: ['format'],
  },
  {
    name: 'integers',
    schema: { type: 'integer' },
    valid: [0, -1, 1234567890],
    invalid: ['01', '1.5', '-', '1e3'],
  },
  {
    name: 'an interval around zero',
    schema: { type: 'integer', minimum: -12, maximum: 105 },
    valid: [-12, -1, 0, 99, 105],
    invalid: ['-13', '106', '-0', '007'],
  },
  {
    name: 'draft 4 exclusive bounds',
    schema: { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 10, exclusiveMaximum: true },
    valid: [1, 9],
    invalid: ['0', '10'],
  },
  {
    name: "zod's safe integers",
    schema: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
    valid: [9007199254740991, -9007199254740991, 0],
    invalid: ['9007199254740992'],
  },
  {
    name: 'numbers',
    schema: { type: 'number' },
    valid: [0, -1.5, 1e21, 2.5e-8, 12345678.9],
    invalid: ['1.', '.5', 'NaN', '1e999'],
  },
  {
    name: 'a share',
    schema: { type: 'number', minimum: 0, maximum: 1 },
    valid: [0, 0.5, 1, 0.001],
    invalid: ['-0.1', '1.01', '2'],
  },
  {
    name: 'more than nothing',
    schema: { type: 'number', exclusiveMinimum: 0 },
    valid: [0.001, 1, 250.5],
    invalid: ['0', '0.0', '-1'],
  },
  {
    name: 'an odd interval',
    schema: { type: 'number', minimum: -1.25, exclusiveMaximum: 12.5 },
    valid: [-1.25, -1, 0, 3.75, 12, 12.49],
    invalid: ['-1.26', '-2', '12.5', '13'],
  },
  {
    name: 'multipleOf',
    schema: { type: 'integer', multipleOf: 5 },
    valid: [10],
    invalid: ['"a"'],
    notEnforced: ['multipleOf'],
  },
  {
    name: 'what only the validator checks',
    schema: {
      type: 'object',
      properties: {
        a: { not: { type: 'string' } },
        b: { type: 'array', uniqueItems: true, contains: { const: 1 } },
      },
      if: { required: ['a'] },
      // biome-ignore lint/suspicious/noThenProperty: it is the keyword
      then: { required: ['b'] },
      dependentRequired: { b: ['a'] },
    },
    valid: [{}, { a: 1, b: [1] }],
    invalid: ['[]'],
    notEnforced: [
      'if',
      'dependentRequired',
      'properties.a not',
      'properties.b contains',
      'properties.b uniqueItems',
    ],
  },
  {
    name: 'annotations and unknown keywords',
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 't',
      description: 'd',
      type: 'string',
      default: 'x',
      examples: ['y'],
      'x-order': 1,
      deprecated: true,
      contentMediaType: 'text/plain',
    },
    valid: ['a'],
    invalid: ['1'],
  },
]
