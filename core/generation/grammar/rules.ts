import { complement, type Ranges, size } from './codepoints.ts'

/** Characters one grammar may have; llama.cpp reads this much in some 50 ms. */
const maxGrammarLength = 1_000_000

/** A grammar would become longer than `maxGrammarLength`. */
export class GrammarTooLarge extends Error {
  override readonly name = 'GrammarTooLarge'
}

/** Collects the rules of one GBNF text, beside `ws`, which all have. Equal bodies share a rule. */
export class Rules {
  readonly #bodies = new Map<string, string>()
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  #length = 0

  constructor() {
    // Some space between tokens, never so much that a model could lose itself in it.
    this.define(this.reserve('ws'), '(" " | "\\n" [ \\t]{0,20})?')
  }

  /** Adds a rule, or finds the one with the same body. Returns its name. */
  add(hint: string, body: string): string {
    const known = this.#names.get(body)
    if (known !== undefined) return known
    const name = this.reserve(hint)
    this.define(name, body)
    this.#names.set(body, name)
    return name
  }

  /** Adds a rule whose body mentions its own name; once is enough. */
  addNamed(name: string, body: string): string {
    if (!this.#bodies.has(name)) this.define(name, body)
    return name
  }

  has(name: string): boolean {
    return this.#bodies.has(name)
  }

  /** A name for a rule that is defined later, so that it can mention itself. */
  reserve(hint: string): string {
    const word = hint
      .replace(/[^a-zA-Z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
    const base = /^(root|any-.*)?$/.test(word) ? `rule${word}` : word
    let name = base
    while (this.#bodies.has(name)) {
      const count = (this.#counts.get(base) ?? 1) + 1
      this.#counts.set(base, count)
      name = `${base}-${count}`
    }
    this.#bodies.set(name, '')
    return name
  }

  define(name: string, body: string): void {
    this.#length += name.length + body.length + 6
    if (this.#length > maxGrammarLength) throw new GrammarTooLarge(`over ${maxGrammarLength} characters`)
    this.#bodies.set(name, body)
  }

  /** The whole text, starting at `root`. */
  text(root: string): string {
    const lines = [...this.#bodies].map(([name, body]) => `${name} ::= ${body}`)
    return `${[`root ::= ${root}`, ...lines].join('\n')}\n`
  }
}

/** A text as a GBNF literal. */
export function literal(text: string): string {
  return `"${[...text].map(character => escapeInLiteral(character)).join('')}"`
}

function escapeInLiteral(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  return printable(character) ? character : escaped(character.codePointAt(0)!)
}

function printable(character: string): boolean {
  return character === ' ' || /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
}

/** A set as a GBNF character class; `undefined` for the empty set, which GBNF cannot say. */
export function characterClass(set: Ranges): string | undefined {
  if (size(set) === 0) return undefined
  const rest = complement(set)
  // The shorter form reads better and is matched faster.
  if (size(rest) > 0 && rest.length < set.length) return `[^${rest.map(classRange).join('')}]`
  return `[${set.map(classRange).join('')}]`
}

function classRange([low, high]: readonly [number, number]): string {
  if (low === high) return classCharacter(low)
  return `${classCharacter(low)}-${classCharacter(high)}`
}

function classCharacter(codePoint: number): string {
  const character = String.fromCodePoint(codePoint)
  return /^[a-zA-Z0-9 _.,:;/{}()<>|=+*?!@#$%&'`~]$/.test(character) ? character : escaped(codePoint)
}

function escaped(codePoint: number): string {
  const hex = codePoint.toString(16).toUpperCase()
  if (codePoint <= 0xff) return `\\x${hex.padStart(2, '0')}`
  if (codePoint <= 0xffff) return `\\u${hex.padStart(4, '0')}`
  return `\\U${hex.padStart(8, '0')}`
}

/** `a | b`, in brackets when there is a choice. */
export function choice(alternatives: readonly string[]): string {
  const distinct = [...new Set(alternatives)]
  return distinct.length === 1 ? distinct[0]! : `(${distinct.join(' | ')})`
}

/** llama.cpp refuses a rule repeated more often than this. */
export const maxRepeats = 1999

/**
 * `item`, which must be one symbol (a rule's name or a class), from `min` to `max` times. Counts over `maxRepeats`
 * are the caller's to report: a larger `min` is cut, a larger `max` becomes "no limit".
 */
export function repeat(item: string, min: number, max: number): string {
  const low = Math.min(min, maxRepeats)
  if (max === 0) return '""'
  if (max > maxRepeats) return low === 0 ? `${item}*` : low === 1 ? `${item}+` : `${item}{${low},}`
  if (low === 0 && max === 1) return `${item}?`
  if (low === max) return low === 1 ? item : `${item}{${low}}`
  return `${item}{${low},${max}}`
}
