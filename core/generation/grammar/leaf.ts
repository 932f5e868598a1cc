import type { Conjunction, ReportAt } from './expand.ts'
import type { Bound } from './numbers.ts'
import { isObject, type SchemaObject } from './schema.ts'

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

const allTypes: readonly JsonType[] = ['null', 'boolean', 'number', 'string', 'array', 'object']

const keywordsOfType: readonly (readonly [JsonType, readonly string[]])[] = [
  [
    'object',
    [
      'properties',
      'required',
      'additionalProperties',
      'patternProperties',
      'propertyNames',
      'minProperties',
    ].concat(['maxProperties', 'dependentRequired', 'dependentSchemas', 'unevaluatedProperties']),
  ],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems', 'contains', 'uniqueItems', 'unevaluatedItems']],
  ['string', ['minLength', 'maxLength', 'pattern', 'format']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
]

/** Keywords that only the validator checks. */
const unenforced = [
  'not',
  'if',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'contains',
  'propertyNames',
]

/**
 * The types a value may have. Without `type`, those that the other keywords speak of: a schema with `properties` is
 * meant as an object, though it would let a number pass. Undefined: any value at all.
 */
export function typesOf(schemas: Conjunction): ReadonlySet<JsonType> | undefined {
  let types: Set<JsonType> | undefined
  for (const schema of schemas) {
    const own = declaredTypes(schema)
    if (!own) continue
    types = types ? intersectTypes(types, own) : own
  }
  if (types) return types
  const spoken = keywordsOfType.filter(([, keywords]) =>
    schemas.some(schema => keywords.some(word => word in schema)),
  )
  return spoken.length > 0 ? new Set(spoken.map(([type]) => type)) : undefined
}

export function everyType(): ReadonlySet<JsonType> {
  return new Set(allTypes)
}

function declaredTypes(schema: SchemaObject): Set<JsonType> | undefined {
  const names = typeof schema.type === 'string' ? [schema.type] : schema.type
  if (!Array.isArray(names)) return undefined
  const known = names.filter(
    (name): name is JsonType => name === 'integer' || allTypes.includes(name as JsonType),
  )
  if (known.length === 0) return undefined
  const types = new Set(known)
  if (schema.nullable === true) types.add('null')
  if (types.has('number')) types.delete('integer')
  return types
}

function intersectTypes(a: ReadonlySet<JsonType>, b: ReadonlySet<JsonType>): Set<JsonType> {
  const both = new Set([...a].filter(type => b.has(type)))
  if ((a.has('integer') && b.has('number')) || (a.has('number') && b.has('integer'))) both.add('integer')
  return both
}

/** The values that enum and const leave, before the other keywords are looked at; undefined: they say nothing. */
export function constantsOf(schemas: Conjunction): readonly unknown[] | undefined {
  let values: readonly unknown[] | undefined
  for (const schema of schemas) {
    const own = Object.hasOwn(schema, 'const')
      ? [schema.const]
      : Array.isArray(schema.enum)
        ? schema.enum
        : undefined
    if (!own) continue
    values = values ? inBoth(values, own) : own
  }
  return values
}

function inBoth(values: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const texts = new Set(others.map(value => JSON.stringify(value)))
  return values.filter(value => texts.has(JSON.stringify(value)))
}

/** The highest of the minima and the lowest of the maxima; reads draft 4's boolean exclusive bounds too. */
export function boundsOf(schemas: Conjunction): { low: Bound | undefined; high: Bound | undefined } {
  let low: Bound | undefined
  let high: Bound | undefined
  for (const schema of schemas) {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
    const lows = [bound(minimum, exclusiveMinimum === true), bound(exclusiveMinimum, true)]
    const highs = [bound(maximum, exclusiveMaximum === true), bound(exclusiveMaximum, true)]
    for (const each of lows) if (each && (!low || tighter(each.value - low.value, each))) low = each
    for (const each of highs) if (each && (!high || tighter(high.value - each.value, each))) high = each
  }
  return { low, high }
}

function bound(value: unknown, exclusive: boolean): Bound | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? { value, exclusive } : undefined
}

function tighter(difference: number, bound: Bound): boolean {
  return difference > 0 || (difference === 0 && bound.exclusive)
}

export function largest(schemas: Conjunction, keyword: string): number {
  return Math.max(0, ...schemas.map(schema => count(schema[keyword]) ?? 0))
}

export function smallest(schemas: Conjunction, keyword: string): number {
  return Math.min(Infinity, ...schemas.map(schema => count(schema[keyword]) ?? Infinity))
}

/** A count as JSON Schema allows it: a whole number, also written as 2.0. */
function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

export function textsOf(schemas: Conjunction, keyword: string): string[] {
  return [...new Set(schemas.map(schema => schema[keyword]).filter(value => typeof value === 'string'))]
}

/** Tells of the keywords that no grammar rule stands for. */
export function reportUnenforced(schemas: Conjunction, types: ReadonlySet<JsonType>, report: ReportAt): void {
  for (const schema of schemas) {
    for (const keyword of unenforced) {
      if (Object.hasOwn(schema, keyword) && !isTrivial(schema[keyword])) report(schema, keyword)
    }
    if (types.has('array') && schema.uniqueItems === true) report(schema, 'uniqueItems')
    if (types.has('number') && typeof schema.multipleOf === 'number') report(schema, 'multipleOf')
    if (types.has('integer') && typeof schema.multipleOf === 'number' && schema.multipleOf !== 1) {
      report(schema, 'multipleOf')
    }
  }
}

/** `if` alone, `propertyNames: {}` and the like say nothing. */
function isTrivial(value: unknown): boolean {
  return value === true || (isObject(value) && Object.keys(value).length === 0)
}
