import { Converter } from './convert.ts'
import { expand } from './expand.ts'
import { everyType, type JsonType, typesOf } from './leaf.ts'
import { propertyNames, propertySchemas } from './objects.ts'
import type { Rules } from './rules.ts'
import { isObject, type Schema, SchemaDocument } from './schema.ts'
import type { Syntax } from './syntax.ts'

/** One parameter of a tool, for the notations that do not write arguments as one JSON object. */
export interface Parameter {
  readonly name: string
  readonly required: boolean
  /** The types a value may have. */
  readonly types: ReadonlySet<JsonType>
  /** The texts it is limited to, when it is a string by enum or const. */
  readonly texts: readonly string[] | undefined
  /** The rule of a value in a syntax; undefined when no value is allowed. */
  rule(rules: Rules, syntax: Syntax): string | undefined
}

/**
 * A tool's parameters in their order. Undefined when its schema does not list them (a map, a free object), so that any
 * may come. Refuses what `schemaGrammar` refuses.
 */
export function parametersOf(schema: unknown, param: string): readonly Parameter[] | undefined {
  const document = new SchemaDocument(schema, param)
  const alternatives = expand(document, [document.root], () => {})
  // Where a choice of shapes is offered, all that any of them names; the validator has the last word.
  const names = [...new Set(alternatives.flatMap(propertyNames))]
  const open = alternatives.some(leaf => leaf.some(each => isObject(each.additionalProperties)))
  if (
    names.length === 0 &&
    (open || !alternatives.some(leaf => leaf.some(each => isObject(each.properties))))
  ) {
    return undefined
  }
  return names.map(name => {
    const schemas = alternatives.flatMap(leaf => {
      const said = propertySchemas(leaf, name)
      return said.length > 0 ? [said] : []
    })
    return parameter(
      document,
      name,
      schemas,
      alternatives.every(leaf => isRequired(leaf, name)),
    )
  })
}

function parameter(
  document: SchemaDocument,
  name: string,
  /** What each of the tool's shapes says of it. */
  said: readonly (readonly Schema[])[],
  required: boolean,
): Parameter {
  const leaves = said.flatMap(schemas => expand(document, schemas, () => {}))
  const types = new Set(leaves.flatMap(leaf => [...(constantTypes(leaf) ?? typesOf(leaf) ?? everyType())]))
  return {
    name,
    required,
    types: types.size === 0 ? everyType() : types,
    texts: types.size === 1 && types.has('string') ? listed(leaves) : undefined,
    rule: (rules, syntax) => {
      const [only] = said
      const schemas: readonly Schema[] =
        said.length === 1 && only ? only : [{ anyOf: said.map(allOf => ({ allOf })) }]
      return new Converter(document, rules, syntax).value(schemas, name)
    },
  }
}

function isRequired(leaf: readonly Readonly<Record<string, unknown>>[], name: string): boolean {
  return leaf.some(schema => Array.isArray(schema.required) && schema.required.includes(name))
}

function constants(leaf: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] | undefined {
  for (const schema of leaf) {
    if (Array.isArray(schema.enum)) return schema.enum
    if (Object.hasOwn(schema, 'const')) return [schema.const]
  }
  return undefined
}

function constantTypes(leaf: readonly Readonly<Record<string, unknown>>[]): JsonType[] | undefined {
  return constants(leaf)?.map(value => {
    if (value === null) return 'null'
    if (Array.isArray(value)) return 'array'
    const type = typeof value
    return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
  })
}

function listed(leaves: readonly (readonly Readonly<Record<string, unknown>>[])[]): string[] | undefined {
  const lists = leaves.map(constants)
  if (lists.some(list => list === undefined)) return undefined
  return lists.flatMap(list => (list ?? []).filter(value => typeof value === 'string'))
}
