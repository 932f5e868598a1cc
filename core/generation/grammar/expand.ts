import { isObject, isSchema, type Schema, type SchemaDocument, type SchemaObject } from './schema.ts'

/** Tells that a keyword at a place is not (wholly) in the grammar. */
export type ReportAt = (schema: SchemaObject, keyword: string) => void

/** Schemas that all hold for one value, free of references and combinators. */
export type Conjunction = readonly SchemaObject[]

/** Ways in which anyOf and oneOf may combine for one value; beyond that, some stay unenforced. */
const maxBranches = 256

/** A schema taken up into a conjunction, with those that led to it. */
interface Entry {
  readonly schema: SchemaObject
  readonly origin: ReadonlySet<object>
}

/**
 * Everything a list of schemas, all of which must hold for one value, can mean: the alternatives that their $ref, allOf,
 * anyOf and oneOf allow. None: nothing can satisfy it. Refuses a schema that refers to itself without getting anywhere.
 */
export function expand(
  document: SchemaDocument,
  schemas: readonly Schema[],
  report: ReportAt,
): Conjunction[] {
  const budget = { branches: maxBranches }
  return branch(
    document,
    [],
    schemas.map(schema => ({ schema, origin: new Set<object>() })),
    new Set(),
    budget,
    report,
  )
}

function branch(
  document: SchemaDocument,
  before: readonly Entry[],
  added: readonly { schema: Schema; origin: ReadonlySet<object> }[],
  decided: ReadonlySet<unknown>,
  budget: { branches: number },
  report: ReportAt,
): Conjunction[] {
  const entries = flatten(document, before, added, report)
  if (!entries) return []
  for (const { schema, origin } of entries) {
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const options = schema[keyword]
      if (!Array.isArray(options) || decided.has(options)) continue
      const schemas = options.filter(isSchema)
      const settled = new Set([...decided, options])
      if (budget.branches < schemas.length) {
        report(schema, keyword)
        return branch(document, entries, [], settled, budget, report)
      }
      budget.branches -= schemas.length - 1
      if (keyword === 'oneOf' && !disjoint(document, schemas)) report(schema, keyword)
      const path = new Set([...origin, schema])
      return schemas.flatMap(option =>
        branch(document, entries, [{ schema: option, origin: path }], settled, budget, report),
      )
    }
  }
  return [entries.map(entry => entry.schema)]
}

/** Adds schemas and all that their $ref and allOf bring along; undefined when one of them is `false`. */
function flatten(
  document: SchemaDocument,
  before: readonly Entry[],
  added: readonly { schema: Schema; origin: ReadonlySet<object> }[],
  report: ReportAt,
): readonly Entry[] | undefined {
  const entries = [...before]
  const known = new Set<object>(before.map(entry => entry.schema))
  const todo = [...added]
  for (let item = todo.shift(); item; item = todo.shift()) {
    const { schema, origin } = item
    if (schema === false) return undefined
    if (schema === true) continue
    if (origin.has(schema)) {
      throw document.refuse(schema, 'refers to itself without describing any value. Break the circle.')
    }
    if (known.has(schema)) continue
    known.add(schema)
    entries.push({ schema, origin })
    const path = new Set([...origin, schema])
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef'] as const) {
      const reference = schema[keyword]
      if (typeof reference !== 'string') continue
      const target = document.resolve(reference)
      if (target === undefined) report(schema, keyword)
      else todo.unshift({ schema: target, origin: path })
    }
    if (Array.isArray(schema.allOf)) {
      todo.unshift(...schema.allOf.filter(isSchema).map(each => ({ schema: each, origin: path })))
    }
  }
  return entries
}

/** Whether no value can satisfy two of the schemas, as far as their types or a constant property tell. */
function disjoint(document: SchemaDocument, schemas: readonly Schema[]): boolean {
  const objects = schemas.filter(isObject).map(schema => {
    const target = typeof schema.$ref === 'string' ? document.resolve(schema.$ref) : undefined
    return isObject(target) && Object.keys(schema).length === 1 ? target : schema
  })
  if (objects.length !== schemas.length) return false
  return objects.every((a, index) => objects.slice(index + 1).every(b => apart(a, b)))
}

function apart(a: SchemaObject, b: SchemaObject): boolean {
  const [valuesA, valuesB] = [constants(a), constants(b)]
  if (valuesA && valuesB) return !valuesA.some(value => valuesB.includes(value))
  const [typesA, typesB] = [typesOf(a), typesOf(b)]
  if (typesA && typesB && !typesA.some(type => typesB.includes(type))) return true
  if (!isObject(a.properties) || !isObject(b.properties)) return false
  const required = new Set(list(a.required).filter(name => list(b.required).includes(name)))
  if (!typesA?.every(type => type === 'object') || !typesB?.every(type => type === 'object')) return false
  return [...required].some(name => {
    const [inA, inB] = [property(a, name), property(b, name)]
    return inA !== undefined && inB !== undefined && constants(inA) && constants(inB)
      ? apart(inA, inB)
      : false
  })
}

function property(schema: SchemaObject, name: unknown): SchemaObject | undefined {
  const { properties } = schema
  if (!isObject(properties) || typeof name !== 'string' || !Object.hasOwn(properties, name)) return undefined
  const found = properties[name]
  return isObject(found) ? found : undefined
}

/** The values of enum or const, as JSON texts. */
function constants(schema: SchemaObject): string[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [JSON.stringify(schema.const)]
  return Array.isArray(schema.enum) ? schema.enum.map(value => JSON.stringify(value)) : undefined
}

function typesOf(schema: SchemaObject): string[] | undefined {
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  if (!Array.isArray(types) || schema.nullable === true) return undefined
  return types.flatMap(type => (type === 'integer' ? ['number'] : [String(type)]))
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
