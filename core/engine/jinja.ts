import { Template } from '@huggingface/jinja'
import { functions, numberKey, prefix } from './jinja-functions.ts'

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
  if (node.type === 'FilterExpression' && isNode(filter)) {
    rewriteFilter(node, filter)
  } else if (
    node.type === 'CallExpression' &&
    isNode(callee) &&
    isNode(callee.property) &&
    callee.computed === false
  ) {
    rewriteMethod(node, callee, String(callee.property.value))
  } else if (node.type === 'MemberExpression' && node.computed === true && isNode(property)) {
    if (!literalKeys.has(property.type)) node.property = callTo('key', [property])
  } else if (node.type === 'BinaryExpression' && isNode(operator) && operators.has(operator.value)) {
    call(node, operators.get(operator.value) ?? '', [node.left, node.right])
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

/** What is not there is an empty text or list to the filters that make something of texts and lists. */
function rewriteFilter(node: Node, filter: Node): void {
  const name = isNode(filter.callee) ? filter.callee.value : filter.value
  if (filterNames.has(name)) call(node, String(name), [node.operand])
  else if (textFilters.has(name)) node.operand = callTo('text', [node.operand])
  else if (listFilters.has(name)) node.operand = or(node.operand, { type: 'ArrayLiteral', value: [] })
  else if (name === 'items') node.operand = or(node.operand, { type: 'ObjectLiteral', value: new Map() })
}

function or(left: unknown, right: unknown): Node {
  return { type: 'BinaryExpression', operator: { type: 'Or', value: 'or' }, left, right }
}

/** What is not there has no items; tuples in a list are unpacked like lists. */
function rewriteLoop(node: Node, iterable: Node): void {
  const empty = { type: 'ArrayLiteral', value: [] }
  if (iterable.type === 'SelectExpression') iterable.lhs = or(iterable.lhs, empty)
  else node.iterable = or(iterable, empty)
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

const operators = new Map<unknown, string>([
  ['~', 'concat'],
  ['*', 'times'],
  ['in', 'in'],
  ['not in', 'notIn'],
])
const filterNames = new Set<unknown>(['string', 'min', 'max', 'dictsort'])
const textFilters = new Set<unknown>(['upper', 'lower', 'capitalize', 'title', 'trim'])
const listFilters = new Set<unknown>(
  [
    'length',
    'count',
    'list',
    'first',
    'last',
    'join',
    'reverse',
    'sort',
    'unique',
    'map',
    'select',
    'reject',
  ].concat(['selectattr', 'rejectattr', 'sum']),
)
const methodNames = new Set<unknown>(['append', 'pop', 'format'])
/** Statements, and text that stands in the template. */
const silent = new Set(
  ['If', 'For', 'Set', 'Macro', 'Comment', 'Break', 'Continue', 'FilterStatement', 'CallStatement'].concat(
    'StringLiteral',
  ),
)
const literalKeys = new Set(['IntegerLiteral', 'StringLiteral', 'SliceExpression', 'UnaryExpression'])
