import { has, type Ranges } from './codepoints.ts'
import { lengthOf, type Regex } from './regex.ts'

/**
 * Matches texts in time linear in their length, by following all states at once. The regular expressions come with the
 * requests; a backtracking matcher would let a hostile one (`(a+)+$`) hold the core's thread for hours.
 */
export type Matcher = (text: string) => boolean

type State =
  | { readonly set: Ranges; next: number }
  | { readonly empty: true; readonly next: number[] }
  | { readonly accept: true }

/** States a pattern may need; repeated groups multiply. */
const maxStates = 20_000

/** A matcher of whole texts, or undefined when the expression would need too many states. */
export function compileMatcher(regex: Regex): Matcher | undefined {
  const states: State[] = [{ accept: true }]
  const add = (state: State): number => {
    if (states.length >= maxStates) throw new TooManyStates()
    return states.push(state) - 1
  }
  /** Builds backwards: the state from which `node` and then `next` matches. */
  const build = (node: Regex, next: number): number => {
    switch (node.kind) {
      case 'set':
        return add({ set: node.set, next })
      case 'sequence':
        return node.items.reduceRight((after, item) => build(item, after), next)
      case 'choice':
        return add({ empty: true, next: node.items.map(item => build(item, next)) })
      case 'repeat': {
        let after = next
        // `(){1000000000}` adds no state that would end the loops below.
        if (lengthOf(node.item).max === 0) return next
        if (node.max === Infinity) {
          const loop = { empty: true as const, next: [next] }
          after = add(loop)
          loop.next.push(build(node.item, after))
        } else {
          for (let count = node.min; count < node.max; count += 1) {
            after = add({ empty: true, next: [build(node.item, after), next] })
          }
        }
        for (let count = 0; count < node.min; count += 1) after = build(node.item, after)
        return after
      }
    }
  }
  try {
    const start = build(regex, 0)
    return text => run(states, start, text)
  } catch (error) {
    if (error instanceof TooManyStates) return undefined
    throw error
  }
}

class TooManyStates extends Error {}

function run(states: readonly State[], start: number, text: string): boolean {
  let current = closure(states, [start])
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    const next: number[] = []
    for (const index of current) {
      const state = states[index]!
      if ('set' in state && has(state.set, codePoint)) next.push(state.next)
    }
    if (next.length === 0) return false
    current = closure(states, next)
  }
  return current.has(0)
}

/** Follows the empty steps. */
function closure(states: readonly State[], from: readonly number[]): Set<number> {
  const seen = new Set<number>()
  const todo = [...from]
  for (let index = todo.pop(); index !== undefined; index = todo.pop()) {
    if (seen.has(index)) continue
    seen.add(index)
    const state = states[index]!
    if ('empty' in state) todo.push(...state.next)
  }
  return seen
}
