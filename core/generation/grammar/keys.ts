import { anyCodePoint, characters, subtract, union } from './codepoints.ts'
import { choice, type Rules } from './rules.ts'
import { characterRule } from './strings.ts'
import type { Syntax } from './syntax.ts'

interface Node {
  ends: boolean
  readonly children: Map<string, Node>
}

/** Any key, with its colon. */
export function anyKey(rules: Rules, syntax: Syntax): string {
  return rules.add('key', syntax.anyKey?.() ?? syntax.keyFrom(`${characterRule(rules, syntax)}*`))
}

/** Expression of a key (colon included) that is none of `names`: a key must not come up twice in an object. */
export function keyExcept(rules: Rules, syntax: Syntax, names: readonly string[]): string {
  // A notation with keys of its own kind cannot leave single ones out; a declared name may then come up again.
  if (names.length === 0 || syntax.anyKey) return anyKey(rules, syntax)
  const any = characterRule(rules, syntax)
  const root: Node = { ends: false, children: new Map() }
  for (const name of names) {
    let node = root
    for (const character of name) {
      let next = node.children.get(character)
      if (!next) {
        next = { ends: false, children: new Map() }
        node.children.set(character, next)
      }
      node = next
    }
    node.ends = true
  }
  const build = (node: Node): string | undefined => {
    const taken = [...node.children.keys()]
    const other = syntax.character(subtract(anyCodePoint, union(...taken.map(characters))))
    const alternatives = other === undefined ? [] : [`${other} ${any}*`]
    for (const [character, child] of node.children) {
      const rest = build(child)
      const first = syntax.character(characters(character))
      if (rest !== undefined && first !== undefined) alternatives.push(`${first} ${rest}`)
    }
    if (!node.ends) alternatives.push('""')
    return alternatives.length === 0 ? undefined : rules.add('other-key', choice(alternatives))
  }
  return rules.add('key', syntax.keyFrom(build(root) ?? `${any}*`))
}
