import type { Tool } from '../engine.ts'

type Schema = Readonly<Record<string, unknown>>

/**
 * The smallest value that a JSON Schema of the kind agents send accepts, or `undefined` where this cannot be told
 * (references, combinations that disagree): such a tool does not fit.
 */
export function exampleOf(schema: unknown, depth = 0): unknown {
  if (depth > 16 || !isSchema(schema)) return undefined
  if ('const' in schema) return schema.const
  if ('default' in schema) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0]
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const [first] = Array.isArray(schema[key]) ? schema[key] : []
    if (first !== undefined) return exampleOf(first, depth + 1)
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'string':
      return 'example'.padEnd(numberOr(schema.minLength, 0), '.')
    case 'integer':
    case 'number':
      return numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, 0) + 1)
    case 'boolean':
      return false
    case 'null':
      return null
    case 'array':
      return arrayOf(schema, depth)
    case 'object':
      return objectOf(schema, depth)
    default:
      return 'properties' in schema ? objectOf(schema, depth) : undefined
  }
}

/** The first tool whose required arguments can be made up, with them as JSON text. */
export function fittingCall(tools: readonly Tool[]): { name: string; arguments: string } | undefined {
  for (const tool of tools) {
    const example = exampleOf(tool.parameters ?? { type: 'object' })
    if (example !== undefined) return { name: tool.name, arguments: JSON.stringify(example) }
  }
  return undefined
}

function arrayOf(schema: Schema, depth: number): unknown[] | undefined {
  const length = numberOr(schema.minItems, 0)
  if (length === 0) return []
  const item = exampleOf(schema.items, depth + 1)
  return item === undefined ? undefined : Array.from({ length }, () => item)
}

function objectOf(schema: Schema, depth: number): Record<string, unknown> | undefined {
  const properties = isSchema(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  const object: Record<string, unknown> = {}
  for (const name of required) {
    const example = exampleOf(properties[name], depth + 1)
    if (example === undefined) return undefined
    object[name] = example
  }
  return object
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
