import type { Conjunction } from './expand.ts'
import { largest, smallest } from './leaf.ts'
import type { Values } from './objects.ts'
import { maxRepeats, repeat } from './rules.ts'
import { isSchema, type Schema, type SchemaObject } from './schema.ts'

/** An array: the positions of a tuple first, then items, as many as allowed. Undefined when none can be. */
export function arrayExpression(values: Values, schemas: Conjunction): string | undefined {
  const { report } = values
  let min = largest(schemas, 'minItems')
  let max = smallest(schemas, 'maxItems')
  const positions = Math.min(Math.max(0, ...schemas.map(schema => tupleOf(schema).length)), max)
  const tuple: string[] = []
  for (let index = 0; index < positions; index += 1) {
    const value = values.value(
      schemas.flatMap(schema => itemSchema(schema, index)),
      'item',
    )
    if (value === undefined) {
      max = index
      break
    }
    tuple.push(value)
  }
  const restSchemas = schemas.flatMap(schema => itemSchema(schema, positions))
  // A tuple whose author did not speak of further items has none, unless more are asked for.
  const closed = positions > 0 && restSchemas.length === 0 && min <= positions
  const rest = closed || max <= tuple.length ? undefined : values.value(restSchemas, 'item')
  if (rest === undefined) max = Math.min(max, tuple.length)
  if (min > max) return undefined
  for (const schema of schemas) {
    if (min - tuple.length > maxRepeats && 'minItems' in schema) report(schema, 'minItems')
    if (max - tuple.length > maxRepeats && max !== Infinity && 'maxItems' in schema)
      report(schema, 'maxItems')
  }
  min = Math.max(0, min)
  const inner = sequence(values, tuple, rest, min, max)
  if (inner === undefined) return '"[" ws "]"'
  return `"[" ws ${min === 0 ? `(${inner} ws)?` : `${inner} ws`} "]"`
}

/** At least one item; undefined when there are none to have. */
function sequence(
  values: Values,
  tuple: readonly string[],
  rest: string | undefined,
  min: number,
  max: number,
): string | undefined {
  if (max === 0) return undefined
  const free = max - tuple.length
  const needed = Math.max(0, min - tuple.length)
  const more = rest === undefined ? undefined : values.rules.add('more', `"," ws ${rest}`)
  if (tuple.length === 0) {
    if (rest === undefined || more === undefined) return undefined
    const further = repeat(more, Math.max(0, needed - 1), free - 1)
    return further === '""' ? rest : `${rest} ${further}`
  }
  let after = more === undefined ? '' : repeat(more, needed, free)
  for (let index = tuple.length - 1; index > 0; index -= 1) {
    const own = `"," ws ${tuple[index]}${after === '' ? '' : ` ${after}`}`
    after = index < min ? own : `(${own})?`
  }
  return after === '' ? tuple[0] : `${tuple[0]} ${after}`
}

function tupleOf(schema: SchemaObject): readonly Schema[] {
  const tuple = Array.isArray(schema.prefixItems) ? schema.prefixItems : schema.items
  return Array.isArray(tuple) ? tuple.filter(isSchema) : []
}

/** What a schema says of the item at this position. */
function itemSchema(schema: SchemaObject, index: number): Schema[] {
  const tuple = tupleOf(schema)
  if (index < tuple.length) return [tuple[index]!]
  const after = Array.isArray(schema.items)
    ? schema.additionalItems
    : (schema.items ?? schema.unevaluatedItems)
  return isSchema(after) ? [after] : []
}
