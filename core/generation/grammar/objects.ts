import type { Conjunction, ReportAt } from './expand.ts'
import { keyExcept } from './keys.ts'
import { largest, smallest } from './leaf.ts'
import { compileMatcher } from './matcher.ts'
import { parsePattern, type Regex, UnsupportedPattern } from './regex.ts'
import { choice, maxRepeats, type Rules, repeat } from './rules.ts'
import { isObject, isSchema, type Schema, type SchemaObject } from './schema.ts'
import { regexExpression } from './strings.ts'
import type { Syntax } from './syntax.ts'

/** What objects and arrays need of the converter. */
export interface Values {
  readonly rules: Rules
  readonly syntax: Syntax
  readonly report: ReportAt
  /** The rule of a value that all the schemas allow; undefined when there is none. */
  value(schemas: readonly Schema[], hint: string): string | undefined
}

/**
 * Properties that may be left out cost the sampler one alternative each at every step; past this many the further ones
 * are left out of the grammar.
 */
const maxOptional = 200

export interface Member {
  readonly expression: string
  readonly required: boolean
}

/**
 * An object: the declared properties in their order, then others where the schemas expressly allow them. Where they
 * say nothing of others, there are none: it is what authors mean, and it keeps a model from inventing fields.
 */
export function objectExpression(values: Values, schemas: Conjunction): string | undefined {
  const { syntax } = values
  const names = propertyNames(schemas)
  const required = new Set(schemas.flatMap(schema => texts(schema.required)))
  const members: Member[] = []
  let optional = 0
  for (const name of names) {
    const value = values.value(propertySchemas(schemas, name), name)
    if (value === undefined) {
      if (required.has(name)) return undefined
      continue
    }
    optional += required.has(name) ? 0 : 1
    if (optional > maxOptional && !required.has(name)) {
      if (optional === maxOptional + 1) values.report(schemas[0]!, 'properties')
      continue
    }
    members.push({ expression: `${syntax.key(name)} ws ${value}`, required: required.has(name) })
  }
  const extra = extraMember(values, schemas, names)
  const count = countLimits(values, schemas, members, extra !== undefined)
  if (!count) return undefined
  const inner = membersExpression(values.rules, members, extra, count)
  if (inner === undefined) return '"{" ws "}"'
  return `"{" ws ${inner.mayBeEmpty ? `(${inner.expression} ws)?` : `${inner.expression} ws`} "}"`
}

/** Declared and required names, in the order in which they come up. */
export function propertyNames(schemas: Conjunction): readonly string[] {
  const declared = schemas.flatMap(schema =>
    isObject(schema.properties) ? Object.keys(schema.properties) : [],
  )
  return [...new Set([...declared, ...schemas.flatMap(schema => texts(schema.required))])]
}

/** All that the schemas say of one property. */
export function propertySchemas(schemas: Conjunction, name: string): Schema[] {
  return schemas.flatMap(schema => {
    const own =
      isObject(schema.properties) && Object.hasOwn(schema.properties, name)
        ? schema.properties[name]
        : undefined
    const matching = patternsOf(schema)
      .filter(([pattern]) => matches(pattern, name))
      .map(([, value]) => value)
    const said = [...(isSchema(own) ? [own] : []), ...matching]
    if (said.length > 0) return said
    return isSchema(schema.additionalProperties) ? [schema.additionalProperties] : []
  })
}

function patternsOf(schema: SchemaObject): (readonly [string, Schema])[] {
  if (!isObject(schema.patternProperties)) return []
  return Object.entries(schema.patternProperties).filter((entry): entry is [string, Schema] =>
    isSchema(entry[1]),
  )
}

function matches(pattern: string, name: string): boolean {
  const regex = regexOf(pattern)
  return regex !== undefined && (compileMatcher(regex)?.(name) ?? false)
}

function regexOf(pattern: string): Regex | undefined {
  try {
    return parsePattern(pattern)
  } catch (error) {
    if (error instanceof UnsupportedPattern) return undefined
    throw error
  }
}

/** One member beyond the declared ones; undefined when there may be none (or none that the grammar could tell apart). */
function extraMember(values: Values, schemas: Conjunction, names: readonly string[]): string | undefined {
  const patterned = schemas.filter(schema => patternsOf(schema).length > 0)
  if (patterned.length > 0) return patternMember(values, schemas, patterned, names)
  const said = schemas
    .map(schema => schema.additionalProperties ?? schema.unevaluatedProperties)
    .filter(isSchema)
  if (said.includes(false)) return undefined
  if (said.length === 0 && schemas.some(schema => isObject(schema.properties))) return undefined
  const value = values.value(said, 'extra')
  if (value === undefined) return undefined
  const key = keyFromNames(values, schemas, names) ?? keyExcept(values.rules, values.syntax, names)
  return `${key} ws ${value}`
}

/** The key that `propertyNames` asks for, where it is a list or a pattern. */
function keyFromNames(values: Values, schemas: Conjunction, names: readonly string[]): string | undefined {
  const limited = schemas.filter(schema => isObject(schema.propertyNames))
  const [schema] = limited
  const rule = schema?.propertyNames
  if (!schema || !isObject(rule)) return undefined
  const listed = Array.isArray(rule.enum) ? rule.enum.filter(name => typeof name === 'string') : undefined
  const free = listed?.filter(name => !names.includes(name))
  if (free && free.length > 0) return choice(free.map(name => values.syntax.key(name)))
  const regex = typeof rule.pattern === 'string' && names.length === 0 ? regexOf(rule.pattern) : undefined
  const content = regex && regexExpression(values.rules, values.syntax, regex)
  return content === undefined ? undefined : values.syntax.keyFrom(content)
}

/** A member whose key matches the one pattern; several patterns may overlap, which no grammar rule can sort out. */
function patternMember(
  values: Values,
  schemas: Conjunction,
  patterned: Conjunction,
  names: readonly string[],
): string | undefined {
  const patterns = new Set(patterned.flatMap(schema => patternsOf(schema).map(([pattern]) => pattern)))
  const [pattern] = patterns
  const regex = pattern === undefined ? undefined : regexOf(pattern)
  const content = regex && regexExpression(values.rules, values.syntax, regex)
  if (patterns.size !== 1 || content === undefined || names.some(name => matches(pattern!, name))) {
    values.report(patterned[0]!, 'patternProperties')
    return undefined
  }
  const said = schemas.flatMap(schema => {
    const own = patternsOf(schema).map(([, value]) => value)
    if (own.length > 0) return own
    return isSchema(schema.additionalProperties) ? [schema.additionalProperties] : []
  })
  const value = values.value(said, 'extra')
  return value === undefined ? undefined : `${values.syntax.keyFrom(content)} ws ${value}`
}

interface Count {
  readonly min: number
  readonly max: number
}

/** How many extra members there must and may be; undefined when the limits exclude each other. */
function countLimits(
  values: Values,
  schemas: Conjunction,
  members: readonly Member[],
  open: boolean,
): Count | undefined {
  const min = largest(schemas, 'minProperties')
  const max = smallest(schemas, 'maxProperties')
  const required = members.filter(member => member.required).length
  if (max < required || (!open && min > members.length)) return undefined
  const report = (keyword: string): void => {
    for (const schema of schemas) if (keyword in schema) values.report(schema, keyword)
  }
  const fixed = required === members.length
  // The same extra key twice is one property.
  if (min > required + (fixed && open ? 1 : 0)) report('minProperties')
  if (max < members.length || (open && !fixed && max !== Infinity)) report('maxProperties')
  if (!fixed) return { min: 0, max: max < members.length ? 0 : max - members.length }
  if (max - required > maxRepeats && max !== Infinity) report('maxProperties')
  return { min: Math.max(0, min - required), max: max - required }
}

/** Members and what parts them, with the further ones at the end; undefined when there can be none. */
export function membersExpression(
  rules: Rules,
  members: readonly Member[],
  extra: string | undefined,
  count: Count,
  separator = '"," ws',
): { expression: string; mayBeEmpty: boolean } | undefined {
  const more = extra === undefined || count.max === 0 ? undefined : rules.add('more', `${separator} ${extra}`)
  /** tails[k]: what may follow a member, from member k on. */
  const tails: string[] = []
  tails[members.length] = more === undefined ? '' : repeat(more, count.min, count.max)
  for (let index = members.length - 1; index >= 0; index -= 1) {
    const { expression, required } = members[index]!
    const own = required ? `${separator} ${expression}` : `(${separator} ${expression})?`
    const after = tails[index + 1]!
    tails[index] = after === '' ? own : rules.add('members', `${own} ${after}`)
  }
  const heads: string[] = []
  for (const [index, member] of members.entries()) {
    heads.push(`${member.expression} ${tails[index + 1]}`.trimEnd())
    if (member.required) return { expression: choice(heads), mayBeEmpty: false }
  }
  if (extra !== undefined && more !== undefined) {
    const further = repeat(more, Math.max(0, count.min - 1), count.max - 1)
    heads.push(further === '""' ? extra : `${extra} ${further}`)
  }
  if (heads.length === 0) return undefined
  return { expression: choice(heads), mayBeEmpty: count.min === 0 }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}
