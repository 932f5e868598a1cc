import { Environment } from '@huggingface/jinja'

/** The library's values at run time, as far as we look into them. */
interface Value {
  readonly type: string
  readonly value: unknown
}

/** Of the functions' names, so that no template has one of the same name. */
export const prefix = 'impetus_'
/** Before a number that is the key of a dictionary, which the library can only have as text. */
export const numberKey = '\0number '

/** Called with the contents of the library's values: plain ones, arrays of values and maps of values. */
export const functions: Readonly<Record<string, (...args: never[]) => unknown>> = {
  [`${prefix}string`]: (value: unknown): string => printedText(value),
  [`${prefix}text`]: (value: unknown): string => shown(value),
  [`${prefix}concat`]: (one: unknown, other: unknown): string => shown(one) + shown(other),
  [`${prefix}times`]: (one: unknown, other: unknown): unknown => times(one, other),
  [`${prefix}in`]: (value: unknown, container: unknown): boolean => contains(container, value),
  [`${prefix}notIn`]: (value: unknown, container: unknown): boolean => !contains(container, value),
  [`${prefix}iterable`]: (value: unknown): boolean => iterable(value),
  [`${prefix}notIterable`]: (value: unknown): boolean => !iterable(value),
  [`${prefix}key`]: (value: unknown): unknown => value ?? numberKey,
  [`${prefix}min`]: (values: readonly Value[]): unknown => plain(least(values, (a, b) => a < b)),
  [`${prefix}max`]: (values: readonly Value[]): unknown => plain(least(values, (a, b) => a > b)),
  [`${prefix}dictsort`]: (map: ReadonlyMap<string, Value>): unknown =>
    [...map].map(([key, value]) => [keyOf(key), plain(value)] as const).sort(([a], [b]) => compare(a, b)),
  [`${prefix}append`]: (values: unknown[], value: unknown): null => {
    values.push(new Environment().set('value', plain(value)))
    return null
  },
  [`${prefix}pop`]: (values: unknown, key?: unknown): unknown => {
    if (Array.isArray(values)) return plain(values.splice(typeof key === 'number' ? key : -1, 1)[0])
    if (!(values instanceof Map)) return null
    const value: unknown = values.get(key)
    values.delete(key)
    return plain(value)
  },
  [`${prefix}format`]: (text: string, ...args: readonly unknown[]): string => {
    let next = 0
    return text.replace(/\{(\d*)\}/g, (_, index: string) => {
      const value = args[index === '' ? next++ : Number(index)]
      return printedText(value)
    })
  },
}

function contains(container: unknown, value: unknown): boolean {
  if (typeof container === 'string') return typeof value === 'string' && container.includes(value)
  if (Array.isArray(container)) return container.some(each => isValue(each) && each.value === value)
  return container instanceof Map && (container.has(value) || container.has(numberKey + value))
}

function times(one: unknown, other: unknown): unknown {
  if (typeof one === 'string') return one.repeat(repeats(other))
  if (typeof other === 'string') return other.repeat(repeats(one))
  return Number(one) * Number(other)
}

/** A template must not fill the memory with one multiplication. */
function repeats(count: unknown): number {
  return Math.max(0, Math.min(Number(count) || 0, 10_000))
}

/** Undefined is, in Python's Jinja, as good as an empty list. */
function iterable(value: unknown): boolean {
  return value === undefined || typeof value === 'string' || Array.isArray(value) || value instanceof Map
}

/** Undefined is nothing, where it is only shown; and so is None, which the library does not tell apart here. */
function shown(value: unknown): string {
  return value === undefined ? '' : printedText(value)
}

function printedText(value: unknown): string {
  return typeof value === 'string' ? value : pythonText(value)
}

function keyOf(key: string): string | number {
  return key.startsWith(numberKey) ? Number(key.slice(numberKey.length)) : key
}

/** Numbers by size, texts without regard to case, as Jinja sorts. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [one, other] = [String(a).toLowerCase(), String(b).toLowerCase()]
  return one < other ? -1 : one > other ? 1 : 0
}

function least(values: readonly Value[], before: (a: never, b: never) => boolean): Value | undefined {
  let found = values[0]
  for (const each of values) if (found && before(each.value as never, found.value as never)) found = each
  return found
}

function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'type' in value && 'value' in value
}

function plain(value: unknown): unknown {
  const content = isValue(value) ? value.value : value
  if (content instanceof Map) return Object.fromEntries([...content].map(([key, each]) => [key, plain(each)]))
  return Array.isArray(content) ? content.map(plain) : content
}

/** What Python's `str()` makes of a value; texts inside are quoted as `repr()` does. */
function pythonText(value: unknown): string {
  const content = isValue(value) ? value.value : value
  if (content === null || content === undefined) return 'None'
  if (content === true) return 'True'
  if (content === false) return 'False'
  if (typeof content === 'string') return quoted(content)
  if (Array.isArray(content)) return `[${content.map(pythonText).join(', ')}]`
  if (!(content instanceof Map))
    return isValue(value) && value.type === 'FloatValue' ? floatText(Number(content)) : String(content)
  const members = [...(content as Map<string, unknown>)].map(([key, each]) => {
    const name = keyOf(key)
    return `${typeof name === 'number' ? name : quoted(name)}: ${pythonText(each)}`
  })
  return `{${members.join(', ')}}`
}

function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(
    /[\\\n\r\t]/g,
    character => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' })[character]!,
  )
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}
