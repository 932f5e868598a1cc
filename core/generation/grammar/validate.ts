import type { Matcher } from './matcher.ts'
import { isObject, isSchema, type Schema, type SchemaDocument, type SchemaObject } from './schema.ts'
import { canonical, compilePattern, hasType, join, number, numberViolation, Seen, schemas } from './values.ts'

/** Where a value breaks its schema. */
export interface Violation {
  /** As `items.0.name`; '' for the value itself. */
  readonly path: string
  readonly keyword: string
}

/** The schema took more steps than a well-meant one can; the value counts as unchecked. */
export class ValidationTooCostly extends Error {
  override readonly name = 'ValidationTooCostly'
}

const maxSteps = 200_000

/**
 * Checks values against schemas that strangers send, with a bound on the work: combinators can multiply it without
 * end, and `pattern` must not reach a backtracking matcher. No library has both, so this is our own; the tests hold it
 * against one. What has been looked at (for `unevaluated…`) is gathered on the way.
 */
export class Validator {
  readonly #document: SchemaDocument
  readonly #matchers = new Map<string, Matcher | null>()
  readonly #lists = new Map<readonly unknown[], ReadonlySet<string>>()
  #steps = 0

  constructor(document: SchemaDocument) {
    this.#document = document
  }

  /** The first violation, or undefined when the value is valid. Throws `ValidationTooCostly`. */
  check(value: unknown, schema: Schema = this.#document.root): Violation | undefined {
    this.#steps = 0
    return this.#check(schema, value, '', new Seen(), 0)
  }

  #check(schema: Schema, value: unknown, path: string, seen: Seen, depth: number): Violation | undefined {
    if (++this.#steps > maxSteps || depth > 500) throw new ValidationTooCostly()
    if (schema === true) return undefined
    if (schema === false) return { path, keyword: 'false' }
    // A schema sees what its own keywords looked at, and its parent what all its children did; cousins see nothing.
    const own = new Seen()
    const violation =
      this.#combined(schema, value, path, own, depth) ??
      this.#constant(schema, value, path) ??
      this.#scalar(schema, value, path) ??
      (Array.isArray(value) ? this.#array(schema, value, path, own, depth) : undefined) ??
      (isObject(value) ? this.#object(schema, value, path, own, depth) : undefined)
    if (violation === undefined) seen.add(own)
    return violation
  }

  #passes(schema: Schema, value: unknown, seen: Seen, depth: number): boolean {
    const inner = new Seen()
    if (this.#check(schema, value, '', inner, depth + 1)) return false
    seen.add(inner)
    return true
  }

  #combined(
    schema: SchemaObject,
    value: unknown,
    path: string,
    seen: Seen,
    depth: number,
  ): Violation | undefined {
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = schema[keyword]
      const target = typeof reference === 'string' ? this.#document.resolve(reference) : undefined
      const violation = target === undefined ? undefined : this.#check(target, value, path, seen, depth + 1)
      if (violation) return violation
    }
    for (const each of schemas(schema.allOf)) {
      const violation = this.#check(each, value, path, seen, depth + 1)
      if (violation) return violation
    }
    for (const [keyword, allowed] of [
      ['anyOf', Infinity],
      ['oneOf', 1],
    ] as const) {
      if (!Array.isArray(schema[keyword])) continue
      const passing = schemas(schema[keyword]).filter(each => this.#passes(each, value, seen, depth)).length
      if (passing === 0 || passing > allowed) return { path, keyword }
    }
    if (isSchema(schema.not) && this.#passes(schema.not, value, new Seen(), depth))
      return { path, keyword: 'not' }
    if (isSchema(schema.if)) {
      const branch = this.#passes(schema.if, value, seen, depth) ? schema.then : schema.else
      if (isSchema(branch)) return this.#check(branch, value, path, seen, depth + 1)
    }
    return undefined
  }

  #constant(schema: SchemaObject, value: unknown, path: string): Violation | undefined {
    if (Object.hasOwn(schema, 'const') && canonical(schema.const) !== canonical(value))
      return { path, keyword: 'const' }
    if (Array.isArray(schema.enum) && !this.#listed(schema.enum, value)) return { path, keyword: 'enum' }
    const types = typeof schema.type === 'string' ? [schema.type] : schema.type
    if (!Array.isArray(types) || (schema.nullable === true && value === null)) return undefined
    return types.some(type => hasType(value, type)) ? undefined : { path, keyword: 'type' }
  }

  #listed(values: readonly unknown[], value: unknown): boolean {
    const known = this.#lists.get(values) ?? new Set(values.map(canonical))
    this.#lists.set(values, known)
    return known.has(canonical(value))
  }

  #scalar(schema: SchemaObject, value: unknown, path: string): Violation | undefined {
    if (typeof value === 'number') {
      const keyword = numberViolation(schema, value)
      return keyword === undefined ? undefined : { path, keyword }
    }
    if (typeof value !== 'string') return undefined
    const length = [...value].length
    if (length < number(schema.minLength, 0)) return { path, keyword: 'minLength' }
    if (length > number(schema.maxLength, Infinity)) return { path, keyword: 'maxLength' }
    if (typeof schema.pattern === 'string' && !this.#matches(schema.pattern, value))
      return { path, keyword: 'pattern' }
    return undefined
  }

  #array(
    schema: SchemaObject,
    value: readonly unknown[],
    path: string,
    seen: Seen,
    depth: number,
  ): Violation | undefined {
    if (value.length < number(schema.minItems, 0)) return { path, keyword: 'minItems' }
    if (value.length > number(schema.maxItems, Infinity)) return { path, keyword: 'maxItems' }
    if (schema.uniqueItems === true && new Set(value.map(canonical)).size < value.length) {
      return { path, keyword: 'uniqueItems' }
    }
    const tuple = schemas(Array.isArray(schema.prefixItems) ? schema.prefixItems : schema.items)
    const after = Array.isArray(schema.items) ? schema.additionalItems : schema.items
    for (const [index, item] of value.entries()) {
      const rule = index < tuple.length ? tuple[index]! : after
      if (!isSchema(rule)) continue
      seen.items.add(index)
      const violation = this.#check(rule, item, join(path, index), new Seen(), depth + 1)
      if (violation) return violation
    }
    if (isSchema(schema.contains)) {
      const { contains } = schema
      const found = [...value.keys()].filter(index => this.#passes(contains, value[index], new Seen(), depth))
      for (const index of found) seen.items.add(index)
      if (found.length < number(schema.minContains, 1)) return { path, keyword: 'contains' }
      if (found.length > number(schema.maxContains, Infinity)) return { path, keyword: 'maxContains' }
    }
    if (!isSchema(schema.unevaluatedItems)) return undefined
    for (const [index, item] of value.entries()) {
      if (seen.items.has(index)) continue
      if (this.#check(schema.unevaluatedItems, item, join(path, index), new Seen(), depth + 1)) {
        return { path: join(path, index), keyword: 'unevaluatedItems' }
      }
      seen.items.add(index)
    }
    return undefined
  }

  #object(
    schema: SchemaObject,
    value: SchemaObject,
    path: string,
    seen: Seen,
    depth: number,
  ): Violation | undefined {
    const names = Object.keys(value)
    if (names.length < number(schema.minProperties, 0)) return { path, keyword: 'minProperties' }
    if (names.length > number(schema.maxProperties, Infinity)) return { path, keyword: 'maxProperties' }
    const required = Array.isArray(schema.required) ? schema.required : []
    for (const name of required) {
      if (typeof name === 'string' && !Object.hasOwn(value, name))
        return { path: join(path, name), keyword: 'required' }
    }
    for (const name of names) {
      if (isSchema(schema.propertyNames)) {
        if (!this.#passes(schema.propertyNames, name, new Seen(), depth))
          return { path, keyword: 'propertyNames' }
      }
      const violation = this.#property(schema, name, value[name], join(path, name), seen, depth)
      if (violation) return violation
    }
    return (
      this.#dependent(schema, value, path, seen, depth) ??
      this.#unevaluatedProperties(schema, value, path, seen, depth)
    )
  }

  #property(
    schema: SchemaObject,
    name: string,
    value: unknown,
    path: string,
    seen: Seen,
    depth: number,
  ): Violation | undefined {
    const rules: Schema[] = []
    const own =
      isObject(schema.properties) && Object.hasOwn(schema.properties, name)
        ? schema.properties[name]
        : undefined
    if (isSchema(own)) rules.push(own)
    for (const [pattern, rule] of isObject(schema.patternProperties)
      ? Object.entries(schema.patternProperties)
      : []) {
      if (isSchema(rule) && this.#matches(pattern, name)) rules.push(rule)
    }
    if (rules.length === 0 && isSchema(schema.additionalProperties)) rules.push(schema.additionalProperties)
    if (rules.length > 0) seen.properties.add(name)
    for (const rule of rules) {
      const violation = this.#check(rule, value, path, new Seen(), depth + 1)
      if (violation) return rule === false ? { path, keyword: 'additionalProperties' } : violation
    }
    return undefined
  }

  #dependent(
    schema: SchemaObject,
    value: SchemaObject,
    path: string,
    seen: Seen,
    depth: number,
  ): Violation | undefined {
    for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
      const dependents = schema[keyword]
      for (const [name, rule] of isObject(dependents) ? Object.entries(dependents) : []) {
        if (!Object.hasOwn(value, name)) continue
        if (Array.isArray(rule)) {
          if (rule.some(each => typeof each === 'string' && !Object.hasOwn(value, each)))
            return { path, keyword }
        } else if (isSchema(rule)) {
          const violation = this.#check(rule, value, path, seen, depth + 1)
          if (violation) return violation
        }
      }
    }
    return undefined
  }

  #unevaluatedProperties(
    schema: SchemaObject,
    value: SchemaObject,
    path: string,
    seen: Seen,
    depth: number,
  ): Violation | undefined {
    if (!isSchema(schema.unevaluatedProperties)) return undefined
    for (const name of Object.keys(value)) {
      if (seen.properties.has(name)) continue
      if (this.#check(schema.unevaluatedProperties, value[name], join(path, name), new Seen(), depth + 1)) {
        return { path: join(path, name), keyword: 'unevaluatedProperties' }
      }
      seen.properties.add(name)
    }
    return undefined
  }

  /** Patterns beyond our reader count as matched: the client is told that they are not enforced. */
  #matches(pattern: string, text: string): boolean {
    let matcher = this.#matchers.get(pattern)
    if (matcher === undefined) {
      matcher = compilePattern(pattern)
      this.#matchers.set(pattern, matcher)
    }
    this.#steps += text.length
    return matcher?.(text) ?? true
  }
}
