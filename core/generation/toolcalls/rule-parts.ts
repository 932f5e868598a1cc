import type { Tool } from '../../engine/engine.ts'
import { characters, complement, union } from '../grammar/codepoints.ts'
import { schemaRule } from '../grammar/grammar.ts'
import { characterClass, choice, literal, type Rules } from '../grammar/rules.ts'
import { jsonSyntax } from '../grammar/syntax.ts'

/** A tool without parameters takes none. */
export const noParameters = { type: 'object', properties: {} }

/** The arguments of a tool as a JSON object. */
export function argumentsRule(rules: Rules, tool: Tool, param: string): string {
  return schemaRule(rules, jsonSyntax, tool.parameters ?? noParameters, param).rule
}

/**
 * Any text up to and with `end`, which does not come up in it before. A state per character of `end` that has been
 * seen, as Knuth, Morris and Pratt search.
 */
export function untilRule(rules: Rules, end: string): string {
  const units = [...end]
  const names = units.map((_, index) => `any-until-${hex(end)}-${index}`)
  if (rules.has(names[0]!)) return names[0]!
  for (const [seen, name] of names.entries()) {
    const alternatives: string[] = []
    const special = new Set(units.slice(0, seen + 1))
    const others = characterClass(complement(union(...[...special].map(characters))))
    if (others !== undefined) alternatives.push(`${others} ${names[0]}`)
    for (const character of special) {
      const next = overlap(units, [...units.slice(0, seen), character])
      alternatives.push(next === units.length ? literal(character) : `${literal(character)} ${names[next]}`)
    }
    rules.addNamed(name, choice(alternatives))
  }
  return names[0]!
}

function hex(text: string): string {
  return [...text].map(character => character.codePointAt(0)!.toString(16)).join('x')
}

/** How many characters at the end of `seen` are the beginning of `text`. */
function overlap(text: readonly string[], seen: readonly string[]): number {
  for (let length = Math.min(text.length, seen.length); length > 0; length -= 1) {
    if (text.slice(0, length).every((character, index) => character === seen[seen.length - length + index]))
      return length
  }
  return 0
}
