import type { AnyNode, DocumentNode } from '@humanwhocodes/momoa'

export interface JsonFault {
  /** Counted from 1. */
  readonly line: number
  readonly message: string
}

/**
 * The line of a JSON text at which the value under `path` (or the deepest part of it that is there) begins. The parser
 * that knows positions is loaded only when there is something to complain about.
 */
export async function lineOf(text: string, path: readonly PropertyKey[]): Promise<number> {
  const { parse } = await import('@humanwhocodes/momoa')
  let node: AnyNode = (parse(text, { mode: 'json' }) as DocumentNode).body
  let line = node.loc.start.line
  for (const name of path) {
    const found: { at: AnyNode; value: AnyNode } | undefined = memberOf(node, name)
    if (found === undefined) break
    line = found.at.loc.start.line
    node = found.value
  }
  return line
}

function memberOf(node: AnyNode, name: PropertyKey): { at: AnyNode; value: AnyNode } | undefined {
  if (node.type === 'Object') {
    // The last of several equal names is the one that counts.
    const member = node.members.findLast(
      ({ name: key }) => (key.type === 'String' ? key.value : key.name) === name,
    )
    return member && { at: member, value: member.value }
  }
  if (node.type === 'Array') {
    const element = node.elements[Number(name)]
    return element && { at: element, value: element.value }
  }
  return undefined
}

/** Where and why a text is not JSON. */
export async function syntaxFault(text: string): Promise<JsonFault> {
  const { parse } = await import('@humanwhocodes/momoa')
  try {
    parse(text, { mode: 'json' })
  } catch (error) {
    const { line } = error as { line?: number }
    if (typeof line === 'number')
      return { line, message: (error as Error).message.replace(/\.? \(\d+:\d+\)\.?$/, '') }
    // Deep nesting ends in a RangeError without a place.
    return { line: 1, message: 'nested too deeply' }
  }
  return { line: 1, message: 'not valid JSON' }
}
