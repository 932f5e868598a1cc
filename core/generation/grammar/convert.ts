import { arrayExpression } from './arrays.ts'
import { type Conjunction, expand } from './expand.ts'
import { anyKey } from './keys.ts'
import {
  boundsOf,
  constantsOf,
  everyType,
  type JsonType,
  largest,
  reportUnenforced,
  smallest,
  textsOf,
  typesOf,
} from './leaf.ts'
import { anyNumber, integerExpression, numberExpression } from './numbers.ts'
import { objectExpression, type Values } from './objects.ts'
import { choice, type Rules } from './rules.ts'
import type { Schema, SchemaDocument, SchemaObject } from './schema.ts'
import { anyString, stringRule } from './strings.ts'
import type { Syntax } from './syntax.ts'
import { ValidationTooCostly, Validator } from './validate.ts'

/** A keyword that the grammar does not (wholly) hold a value to. */
export interface NotEnforced {
  /** Of the schema that has it, as `properties.name.items`; '' for the root. */
  readonly path: string
  readonly keyword: string
}

/** Turns the schemas of one document into rules. */
export class Converter implements Values {
  readonly rules: Rules
  readonly syntax: Syntax
  readonly #document: SchemaDocument
  readonly #validator: Validator
  readonly #known = new Map<string, string | undefined>()
  readonly #ids = new Map<object, number>()
  readonly #reports = new Map<string, NotEnforced>()

  constructor(document: SchemaDocument, rules: Rules, syntax: Syntax) {
    this.#document = document
    this.#validator = new Validator(document)
    this.rules = rules
    this.syntax = syntax
  }

  get notEnforced(): readonly NotEnforced[] {
    return [...this.#reports.values()]
  }

  /** A rule for any value of the document's root schema. Refuses a schema that nothing can satisfy. */
  root(): string {
    const rule = this.value([this.#document.root], 'value')
    if (rule === undefined) throw this.#document.refuse(undefined, 'allows no value at all. Loosen it.')
    return rule
  }

  readonly report = (schema: SchemaObject, keyword: string): void => {
    const path = this.#document.path(schema)
    this.#reports.set(`${path} ${keyword}`, { path, keyword })
  }

  /** Equal lists of schemas share a rule, which is also what makes recursion end. */
  value(schemas: readonly Schema[], hint: string): string | undefined {
    const key = [...new Set(schemas.map(schema => this.#id(schema)))].sort((a, b) => a - b).join(' ')
    if (this.#known.has(key)) return this.#known.get(key)
    const name = this.rules.reserve(hint)
    this.#known.set(key, name)
    const alternatives = expand(this.#document, schemas, this.report).flatMap(leaf => this.#leaf(leaf))
    // A rule that others may already mention must exist; this one matches nothing that a model can write.
    this.rules.define(name, alternatives.length > 0 ? choice(alternatives) : '"\\x00"')
    if (alternatives.length > 0) return name
    this.#known.set(key, undefined)
    return undefined
  }

  #id(schema: Schema): number {
    if (typeof schema === 'boolean') return schema ? -1 : -2
    const id = this.#ids.get(schema) ?? this.#ids.size
    this.#ids.set(schema, id)
    return id
  }

  #leaf(schemas: Conjunction): string[] {
    const types = typesOf(schemas)
    reportUnenforced(schemas, types ?? everyType(), this.report)
    const constants = constantsOf(schemas)
    if (constants) {
      return constants.filter(value => this.#fits(value, schemas)).map(value => this.syntax.value(value))
    }
    if (!types) return [this.anything()]
    return [...types].flatMap(type => this.#ofType(type, schemas) ?? [])
  }

  /** Whether a listed value meets the other keywords beside it. */
  #fits(value: unknown, schemas: Conjunction): boolean {
    try {
      return schemas.every(schema => this.#validator.check(value, schema) === undefined)
    } catch (error) {
      if (error instanceof ValidationTooCostly) return true
      throw error
    }
  }

  #ofType(type: JsonType, schemas: Conjunction): string | undefined {
    switch (type) {
      case 'null':
        return this.syntax.value(null)
      case 'boolean':
        return `${this.syntax.value(true)} | ${this.syntax.value(false)}`
      case 'integer':
        return this.#named('integer', integerExpression(boundsOf(schemas)))
      case 'number':
        return this.#number(schemas)
      case 'string':
        return this.#string(schemas)
      case 'array':
        return arrayExpression(this, schemas)
      case 'object':
        return objectExpression(this, schemas)
    }
  }

  #number(schemas: Conjunction): string | undefined {
    const expression = numberExpression(boundsOf(schemas))
    if (expression !== 'unbounded') return this.#named('number', expression)
    for (const keyword of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']) {
      this.#reportWhere(schemas, keyword)
    }
    return this.#named('number', anyNumber)
  }

  #string(schemas: Conjunction): string | undefined {
    const limits = {
      minLength: largest(schemas, 'minLength'),
      maxLength: smallest(schemas, 'maxLength'),
      patterns: textsOf(schemas, 'pattern'),
      formats: textsOf(schemas, 'format'),
    }
    if (limits.minLength > limits.maxLength) return undefined
    return stringRule(this.rules, this.syntax, limits, keyword => this.#reportWhere(schemas, keyword))
  }

  #reportWhere(schemas: Conjunction, keyword: string): void {
    for (const schema of schemas) if (Object.hasOwn(schema, keyword)) this.report(schema, keyword)
  }

  #named(hint: string, expression: string | undefined): string | undefined {
    return expression === undefined ? undefined : this.rules.add(hint, expression)
  }

  /** Any value whatever. */
  anything(): string {
    return anyValue(this.rules, this.syntax)
  }
}

/** The rule of any value in this syntax. */
export function anyValue(rules: Rules, syntax: Syntax): string {
  const string = anyString(rules, syntax)
  const number = rules.add('number', anyNumber)
  const key = anyKey(rules, syntax)
  const scalars = [string, number, syntax.value(true), syntax.value(false), syntax.value(null)]
  const name = `any-${syntax.name}`
  const member = `${key} ws ${name}`
  const object = `"{" ws (${member} ("," ws ${member})* ws)? "}"`
  const array = `"[" ws (${name} ("," ws ${name})* ws)? "]"`
  return rules.addNamed(name, [object, array, ...scalars].join(' | '))
}

/** The rule of any object in this syntax. */
export function anyObject(rules: Rules, syntax: Syntax): string {
  const value = anyValue(rules, syntax)
  const key = anyKey(rules, syntax)
  const member = `${key} ws ${value}`
  return rules.add('object', `"{" ws (${member} ("," ws ${member})* ws)? "}"`)
}
