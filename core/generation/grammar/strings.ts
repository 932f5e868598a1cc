import { anyCodePoint } from './codepoints.ts'
import { formatPatterns } from './formats.ts'
import { lengthOf, parsePattern, type Regex, UnsupportedPattern } from './regex.ts'
import { maxRepeats, type Rules, repeat } from './rules.ts'
import type { Syntax } from './syntax.ts'

export interface StringLimits {
  readonly minLength: number
  readonly maxLength: number
  readonly patterns: readonly string[]
  readonly formats: readonly string[]
}

/** Tells that a keyword is not (wholly) in the grammar. */
export type Report = (keyword: string) => void

/** Characters of the expression one pattern may need; more is a hostile or a hopeless one. */
const maxPatternExpression = 60_000

/** A string value within the limits. */
export function stringRule(rules: Rules, syntax: Syntax, limits: StringLimits, report: Report): string {
  const regex = chooseRegex(limits, report)
  if (regex) {
    const content = regexExpression(rules, syntax, regex)
    if (content !== undefined) return rules.add('text', syntax.string(content))
    report(limits.patterns.length > 0 ? 'pattern' : 'format')
  }
  if (limits.minLength > maxRepeats) report('minLength')
  if (limits.maxLength > maxRepeats && limits.maxLength !== Infinity) report('maxLength')
  if (limits.minLength === 0 && limits.maxLength === Infinity) return anyString(rules, syntax)
  const character = characterRule(rules, syntax)
  return rules.add('string', syntax.string(repeat(character, limits.minLength, limits.maxLength)))
}

/** Any string. */
export function anyString(rules: Rules, syntax: Syntax): string {
  return rules.add('string', syntax.anyString?.() ?? syntax.string(`${characterRule(rules, syntax)}*`))
}

/** Any one character of a string. */
export function characterRule(rules: Rules, syntax: Syntax): string {
  return rules.add('char', syntax.character(anyCodePoint)!)
}

/** The one expression that goes into the grammar: the first pattern, else the first format that is known. */
function chooseRegex(limits: StringLimits, report: Report): Regex | undefined {
  const candidates = [
    ...limits.patterns.map(source => ({ keyword: 'pattern', source: source as string | undefined })),
    ...limits.formats.map(name => ({ keyword: 'format', source: formatPatterns.get(name) })),
  ]
  let chosen: Regex | undefined
  for (const { keyword, source } of candidates) {
    if (chosen !== undefined || source === undefined) {
      report(keyword)
      continue
    }
    try {
      chosen = withinLength(parsePattern(source), limits, report)
    } catch (error) {
      if (!(error instanceof UnsupportedPattern)) throw error
      report(keyword)
    }
  }
  return chosen
}

/** Narrows `[a-z]*` and the like to the lengths asked for; tells where that is not possible. */
function withinLength(regex: Regex, limits: StringLimits, report: Report): Regex {
  const length = lengthOf(regex)
  const tooShort = length.min < limits.minLength
  const tooLong = length.max > limits.maxLength
  if (!tooShort && !tooLong) return regex
  if (regex.kind === 'repeat' && regex.item.kind === 'set') {
    const min = Math.max(regex.min, limits.minLength)
    const max = Math.min(regex.max, limits.maxLength)
    if (min <= max) return { ...regex, min, max }
  }
  if (tooShort) report('minLength')
  if (tooLong) report('maxLength')
  return regex
}

/**
 * The regular expression over the characters of a string as that syntax writes them. Undefined when it would become too
 * large, or when a character it needs cannot be written.
 */
export function regexExpression(rules: Rules, syntax: Syntax, regex: Regex): string | undefined {
  try {
    return new Expressions(rules, syntax).of(regex)
  } catch (error) {
    if (error instanceof TooLarge) return undefined
    throw error
  }
}

class TooLarge extends Error {}

class Expressions {
  readonly #rules: Rules
  readonly #syntax: Syntax
  #length = 0
  #repeats = 0

  constructor(rules: Rules, syntax: Syntax) {
    this.#rules = rules
    this.#syntax = syntax
  }

  of(regex: Regex): string {
    switch (regex.kind) {
      case 'set': {
        const character = this.#syntax.character(regex.set)
        if (character === undefined) throw new TooLarge()
        return this.#counted(character)
      }
      case 'sequence':
        return regex.items.length === 0 ? '""' : regex.items.map(item => this.of(item)).join(' ')
      case 'choice':
        return `(${regex.items.map(item => this.of(item)).join(' | ')})`
      case 'repeat':
        return this.#repeat(regex.item, regex.min, regex.max)
    }
  }

  #repeat(item: Regex, min: number, max: number): string {
    const length = lengthOf(item)
    if (max === 0 || length.max === 0) return '""'
    if (min > maxRepeats || (max > maxRepeats && max !== Infinity)) throw new TooLarge()
    this.#repeats += max === Infinity ? min : max
    if (this.#repeats > 4 * maxRepeats) throw new TooLarge()
    if (max === 1) return min === 1 ? this.of(item) : `(${this.of(item)})?`
    // llama.cpp takes a repeated item that may be empty for left recursion.
    if (length.min === 0) return repeat(this.#part(nonEmpty(item)), 0, max)
    return repeat(this.#part(item), min, max)
  }

  #part(item: Regex): string {
    return this.#rules.add('part', this.of(item))
  }

  #counted(text: string): string {
    this.#length += text.length
    if (this.#length > maxPatternExpression) throw new TooLarge()
    return text
  }
}

/** What `regex` matches, without the empty text. */
function nonEmpty(regex: Regex): Regex {
  if (lengthOf(regex).min > 0) return regex
  switch (regex.kind) {
    case 'set':
      return regex
    case 'choice':
      return { kind: 'choice', items: regex.items.filter(item => lengthOf(item).max > 0).map(nonEmpty) }
    case 'repeat':
      return { kind: 'repeat', item: nonEmpty(regex.item), min: 1, max: regex.max }
    case 'sequence': {
      const [first, ...rest] = regex.items
      if (rest.length === 0) return nonEmpty(first!)
      const tail: Regex = { kind: 'sequence', items: rest }
      if (lengthOf(first!).max === 0) return nonEmpty(tail)
      const withFirst: Regex = { kind: 'sequence', items: [nonEmpty(first!), ...rest] }
      return lengthOf(tail).max === 0 ? withFirst : { kind: 'choice', items: [withFirst, nonEmpty(tail)] }
    }
  }
}
