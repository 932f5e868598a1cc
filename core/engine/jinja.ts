import { Environment, Template } from '@huggingface/jinja'

/**
 * A Jinja template with what @huggingface/jinja lacks of Python's, found by rendering the templates of 60 model
 * families beside Python's own Jinja (scripts/templates): `str()` of dictionaries, `min` and `max` of lists, methods of
 * strings and lists, dictionaries with numbers for keys, loops over tuples. The parsed template is rewritten to call
 * functions for them.
 */
export class JinjaTemplate {
  readonly #template: Template

  /** @throws what the library's parser throws */
  constructor(source: string) {
    this.#template = new Template(source)
    rewrite(this.#template.parsed)
  }

  /** @throws what the template raises */
  render(variables: Readonly<Record<string, unknown>>): string {
    return this.#template.render({ ...functions, ...variables })
  }
}

type Node = Record<string, unknown> & { type: string }

/** The library's values at run time, as far as we look into them. */
interface Value {
  readonly type: string
  readonly value: unknown
}

const prefix = 'impetus_'
/** Before a number that is the key of a dictionary, which the library can only have as text. */
const numberKey = '\0number '

function rewrite(root: object): void {
  const todo: unknown[] = [root]
  while (todo.length > 0) {
    const item = todo.pop()
    if (typeof item !== 'object' || item === null) continue
    if (isNode(item)) rewriteNode(item)
    if (item instanceof Map) todo.push(...item.keys(), ...item.values())
    else todo.push(...Object.values(item))
  }
}

function rewriteNode(node: Node): void {
  const { filter, callee, iterable } = node
  if (node.type === 'FilterExpression' && isNode(filter) && filterNames.has(filter.value)) {
    call(node, String(filter.value), [node.operand])
  } else if (node.type === 'CallExpression' && isNode(callee) && isNode(callee.property)) {
    if (callee.computed === false && methodNames.has(callee.property.value)) {
      call(node, String(callee.property.value), [callee.object, ...(node.args as unknown[])])
    }
  } else if (node.type === 'For' && isNode(iterable) && Array.isArray(iterable.value)) {
    for (const each of iterable.value)
      if (isNode(each) && each.type === 'TupleLiteral') each.type = 'ArrayLiteral'
  } else if (node.type === 'ObjectLiteral' && node.value instanceof Map) {
    for (const key of node.value.keys()) {
      if (isNode(key) && key.type === 'IntegerLiteral')
        Object.assign(key, { type: 'StringLiteral', value: numberKey + key.value })
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

function call(node: Node, name: string, args: readonly unknown[]): void {
  Object.assign(node, { type: 'CallExpression', callee: { type: 'Identifier', value: prefix + name }, args })
}

const filterNames = new Set<unknown>(['string', 'min', 'max', 'dictsort'])
const methodNames = new Set<unknown>(['append', 'pop', 'format'])

/** Called with the contents of the library's values: plain ones, arrays of values and maps of values. */
const functions: Readonly<Record<string, (...args: never[]) => unknown>> = {
  [`${prefix}string`]: (value: unknown): string => (typeof value === 'string' ? value : pythonText(value)),
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
      return typeof value === 'string' ? value : pythonText(value)
    })
  },
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
