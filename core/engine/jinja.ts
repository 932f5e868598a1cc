import { Environment, Template } from '@huggingface/jinja'

/**
 * A Jinja template with what @huggingface/jinja lacks of Python's, found by rendering the templates of 60 model
 * families beside Python's own Jinja (scripts/templates): how values are printed, `min` and `max` of lists, methods of
 * strings and lists, `items()` of dictionaries with a key of that name, numbers for keys, loops over tuples and over
 * nothing. The parsed template is rewritten to call functions for them.
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
    return this.#template.render({ ...variables, ...functions })
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
  const { filter, callee, iterable, property, operator, test } = node
  if (node.type === 'FilterExpression' && isNode(filter) && filterNames.has(filter.value)) {
    call(node, String(filter.value), [node.operand])
  } else if (
    node.type === 'CallExpression' &&
    isNode(callee) &&
    isNode(callee.property) &&
    callee.computed === false
  ) {
    rewriteMethod(node, callee, String(callee.property.value))
  } else if (node.type === 'MemberExpression' && node.computed === true && isNode(property)) {
    if (!literalKeys.has(property.type)) node.property = callTo('key', [property])
  } else if (node.type === 'BinaryExpression' && isNode(operator) && operator.value === '~') {
    call(node, 'concat', [node.left, node.right])
  } else if (node.type === 'TestExpression' && isNode(test) && test.value === 'iterable') {
    call(node, node.negate === true ? 'notIterable' : 'iterable', [node.operand])
  } else if (node.type === 'For' && isNode(iterable)) {
    rewriteLoop(node, iterable)
  } else if (node.type === 'ObjectLiteral' && node.value instanceof Map) {
    for (const key of node.value.keys()) {
      if (!isNode(key) || key.type !== 'IntegerLiteral') continue
      Object.assign(key, { type: 'StringLiteral', value: numberKey + key.value })
    }
  }
  for (const block of [node.body, node.alternate, node.defaultBlock]) {
    if (Array.isArray(block)) node[blockName(node, block)] = block.map(printed)
  }
}

function blockName(node: Node, block: unknown): string {
  return ['body', 'alternate', 'defaultBlock'].find(name => node[name] === block)!
}

/** What is printed: Python's `str()`, not JavaScript's. */
function printed(node: unknown): unknown {
  return isNode(node) && !silent.has(node.type) ? callTo('text', [node]) : node
}

/** A method of Python's that the library lacks, or that a key of the same name would hide. */
function rewriteMethod(node: Node, callee: Node, name: string): void {
  const args = node.args as unknown[]
  if (methodNames.has(name)) call(node, name, [callee.object, ...args])
  else if (name === 'items' && args.length === 0) {
    Object.assign(node, {
      type: 'FilterExpression',
      operand: callee.object,
      filter: { type: 'Identifier', value: 'items' },
    })
  }
}

/** What is not there has no items; tuples in a list are unpacked like lists. */
function rewriteLoop(node: Node, iterable: Node): void {
  const empty = { type: 'ArrayLiteral', value: [] }
  const or = (left: unknown): unknown => ({
    type: 'BinaryExpression',
    operator: { type: 'Or', value: 'or' },
    left,
    right: empty,
  })
  if (iterable.type === 'SelectExpression') iterable.lhs = or(iterable.lhs)
  else node.iterable = or(iterable)
  for (const each of Array.isArray(iterable.value) ? iterable.value : []) {
    if (isNode(each) && each.type === 'TupleLiteral') each.type = 'ArrayLiteral'
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

function call(node: Node, name: string, args: readonly unknown[]): void {
  Object.assign(node, callTo(name, args))
}

function callTo(name: string, args: readonly unknown[]): Node {
  return { type: 'CallExpression', callee: { type: 'Identifier', value: prefix + name }, args }
}

const filterNames = new Set<unknown>(['string', 'min', 'max', 'dictsort'])
const methodNames = new Set<unknown>(['append', 'pop', 'format'])
/** Statements, and text that stands in the template. */
const silent = new Set(
  ['If', 'For', 'Set', 'Macro', 'Comment', 'Break', 'Continue', 'FilterStatement', 'CallStatement'].concat(
    'StringLiteral',
  ),
)
const literalKeys = new Set(['IntegerLiteral', 'StringLiteral', 'SliceExpression', 'UnaryExpression'])

/** Called with the contents of the library's values: plain ones, arrays of values and maps of values. */
const functions: Readonly<Record<string, (...args: never[]) => unknown>> = {
  [`${prefix}string`]: (value: unknown): string => printedText(value),
  [`${prefix}text`]: (value: unknown): string => shown(value),
  [`${prefix}concat`]: (one: unknown, other: unknown): string => shown(one) + shown(other),
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
