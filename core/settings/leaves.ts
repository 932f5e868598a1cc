import { z } from 'zod'
import { settingsSchema } from '../contract/settings.ts'

/** One setting that holds a value of its own, not further settings. */
export interface Leaf {
  /** As people write it: `server.limits.bodyBytes`. */
  readonly key: string
  readonly path: readonly string[]
  readonly schema: z.ZodType
  readonly restart: boolean
  readonly env: string | undefined
  readonly flag: string | undefined
}

/** Every setting of the schema, in its order. */
export function settingLeaves(): Leaf[] {
  return [...leavesOf(settingsSchema, [])]
}

function* leavesOf(schema: z.ZodType, path: readonly string[]): Generator<Leaf> {
  const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema
  if (inner instanceof z.ZodObject) {
    for (const [name, part] of Object.entries(inner.shape))
      yield* leavesOf(part as z.ZodType, [...path, name])
    return
  }
  const words = schema.meta() ?? {}
  yield {
    key: path.join('.'),
    path,
    schema,
    restart: words.restart === true,
    env: words.env as string | undefined,
    flag: words.flag as string | undefined,
  }
}

export function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** A copy of `tree` with one value put in; sections on the way are made where they are missing. */
export function withValue(tree: Tree, path: readonly string[], value: unknown): Tree {
  const [name, ...rest] = path
  if (name === undefined) return tree
  if (rest.length === 0) return { ...tree, [name]: value }
  const section = Object.hasOwn(tree, name) ? tree[name] : undefined
  return { ...tree, [name]: withValue(isObject(section) ? section : {}, rest, value) }
}

export type Tree = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
