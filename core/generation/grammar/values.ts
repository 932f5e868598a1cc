import { compileMatcher, type Matcher } from './matcher.ts'
import { parsePattern, UnsupportedPattern } from './regex.ts'
import { isObject, isSchema, type Schema, type SchemaObject } from './schema.ts'

/** A matcher of the pattern; null when it is beyond our reader. */
export function compilePattern(pattern: string): Matcher | null {
  try {
    return compileMatcher(parsePattern(pattern)) ?? null
  } catch (error) {
    if (error instanceof UnsupportedPattern) return null
    throw error
  }
}

/** Properties and items that some schema has spoken of. */
export class Seen {
  readonly properties = new Set<string>()
  readonly items = new Set<number>()

  add(other: Seen): void {
    for (const name of other.properties) this.properties.add(name)
    for (const index of other.items) this.items.add(index)
  }
}

export function numberViolation(schema: SchemaObject, value: number): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (typeof minimum === 'number' && (value < minimum || (exclusiveMinimum === true && value === minimum))) {
    return 'minimum'
  }
  if (typeof maximum === 'number' && (value > maximum || (exclusiveMaximum === true && value === maximum))) {
    return 'maximum'
  }
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return 'exclusiveMinimum'
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return 'exclusiveMaximum'
  if (typeof multipleOf === 'number' && multipleOf > 0) {
    const times = value / multipleOf
    if (Math.abs(times - Math.round(times)) > 1e-9 * Math.max(1, Math.abs(times))) return 'multipleOf'
  }
  return undefined
}

export function hasType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'null':
      return value === null
    default:
      return type === 'string' || type === 'number' || type === 'boolean' ? typeof value === type : true
  }
}

/** Equal values have equal texts: keys are sorted. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  )
}

export function schemas(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : []
}

export function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

export function join(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`
}
