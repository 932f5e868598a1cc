/** What a settings file holds, however it is written. */
export type Values = Readonly<Record<string, unknown>>
export type Path = readonly (string | number)[]

/** One change: a value at a path. A number one past a list's end puts it there. */
export interface Edit {
  readonly path: Path
  readonly value: unknown
}

/**
 * The fewest changes that bring `wanted` into `before`. Objects are entered; entries of a list are the same when their
 * `id`, else their `name`, is; nothing is ever taken away.
 */
export function editsFor(before: unknown, wanted: unknown, path: Path = []): Edit[] {
  if (isObject(before) && isObject(wanted)) {
    return Object.entries(wanted).flatMap(([key, value]) =>
      Object.hasOwn(before, key)
        ? editsFor(before[key], value, [...path, key])
        : [{ path: [...path, key], value }],
    )
  }
  if (Array.isArray(before) && Array.isArray(wanted) && wanted.every(isNamed))
    return listEdits(before, wanted, path)
  return same(before, wanted) ? [] : [{ path, value: wanted }]
}

/** `before` with the changes made; a copy. */
export function edited(before: unknown, edits: readonly Edit[]): unknown {
  const copy: unknown = structuredClone(before)
  return edits.reduce((value, { path, value: put }) => withValue(value, path, put), copy)
}

export function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => same(item, other[index]))
  if (!isObject(one) || !isObject(other)) return Object.is(one, other)
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every(key => Object.hasOwn(other, key) && same(one[key], other[key]))
  )
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listEdits(before: readonly unknown[], wanted: readonly Values[], path: Path): Edit[] {
  let end = before.length
  return wanted.flatMap(item => {
    const place = before.findIndex(one => isNamed(one) && nameOf(one) === nameOf(item))
    return place >= 0
      ? editsFor(before[place], item, [...path, place])
      : [{ path: [...path, end++], value: item }]
  })
}

function isNamed(value: unknown): value is Values {
  return isObject(value) && nameOf(value) !== undefined
}

function nameOf({ id, name }: Values): unknown {
  return id ?? name
}

function withValue(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put
  if (Array.isArray(value)) {
    const list: unknown[] = [...value]
    list[Number(key)] = withValue(value[Number(key)], rest, put)
    return list
  }
  const object = isObject(value) ? value : {}
  return { ...object, [key]: withValue(object[key], rest, put) }
}
