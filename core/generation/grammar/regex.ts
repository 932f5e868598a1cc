import {
  anyCodePoint,
  characters,
  complement,
  intersect,
  normalise,
  type Ranges,
  union,
} from './codepoints.ts'

/** A regular expression without anchors: it matches a whole text. */
export type Regex =
  | { readonly kind: 'set'; readonly set: Ranges }
  | { readonly kind: 'sequence'; readonly items: readonly Regex[] }
  | { readonly kind: 'choice'; readonly items: readonly Regex[] }
  | { readonly kind: 'repeat'; readonly item: Regex; readonly min: number; readonly max: number }

/** While parsing, anchors are still in the tree. */
type Parsed =
  | Regex
  | { readonly kind: 'anchor'; readonly at: 'start' | 'end' }
  | ParsedSequence
  | ParsedChoice
  | ParsedRepeat
type ParsedSequence = { readonly kind: 'sequence'; readonly items: readonly Parsed[] }
type ParsedChoice = { readonly kind: 'choice'; readonly items: readonly Parsed[] }
type ParsedRepeat = {
  readonly kind: 'repeat'
  readonly item: Parsed
  readonly min: number
  readonly max: number
}

/** Why a pattern is beyond this parser; it stays unenforced. */
export class UnsupportedPattern extends Error {
  override readonly name = 'UnsupportedPattern'
}

const empty: Regex = { kind: 'sequence', items: [] }
const anyCharacters: Regex = {
  kind: 'repeat',
  item: { kind: 'set', set: anyCodePoint },
  min: 0,
  max: Infinity,
}

const digit: Ranges = [[0x30, 0x39]]
const word = union(digit, [[0x41, 0x5a]], characters('_'), [[0x61, 0x7a]])
const space = union(characters('\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff'), [
  [0x2000, 0x200a],
])
const lineEnd = characters('\n\r\u2028\u2029')
const classes: Record<string, Ranges> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
}
const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f', 0: '\0' }

/** Longest pattern that is looked at, in characters, and deepest nesting of groups. */
const maxPatternLength = 2000
const maxDepth = 50

/**
 * Reads an ECMAScript pattern as JSON Schema means it (unanchored unless it says otherwise) into one that matches a
 * whole text. Throws `UnsupportedPattern` for what is no regular language (lookaround, back references), for word
 * borders and Unicode properties, and for what is no pattern at all.
 */
export function parsePattern(source: string): Regex {
  if (source.length > maxPatternLength)
    throw new UnsupportedPattern(`longer than ${maxPatternLength} characters`)
  const reader = new Reader(source)
  const parsed = reader.choice(0)
  if (!reader.done) throw new UnsupportedPattern(`unexpected ")" at ${reader.at}`)
  return withoutAnchors(anchorEnd(anchorStart(parsed)))
}

/** Puts "anything" in front of what is not anchored at the start. */
function anchorStart(node: Parsed): Parsed {
  if (node.kind === 'anchor' && node.at === 'start') return empty
  if (node.kind === 'choice') return { kind: 'choice', items: node.items.map(anchorStart) }
  if (node.kind === 'sequence' && node.items.length > 0) {
    const [first, ...rest] = node.items
    if (hasAnchor(first!, 'start')) return { kind: 'sequence', items: [anchorStart(first!), ...rest] }
  }
  return { kind: 'sequence', items: [anyCharacters, node] }
}

function anchorEnd(node: Parsed): Parsed {
  if (node.kind === 'anchor' && node.at === 'end') return empty
  if (node.kind === 'choice') return { kind: 'choice', items: node.items.map(anchorEnd) }
  if (node.kind === 'sequence' && node.items.length > 0) {
    const final = node.items.at(-1)!
    // `^$`, and the inner sequence that anchorStart leaves behind "anything".
    if (hasAnchor(final, 'end'))
      return { kind: 'sequence', items: [...node.items.slice(0, -1), anchorEnd(final)] }
  }
  return { kind: 'sequence', items: [node, anyCharacters] }
}

function hasAnchor(node: Parsed, at: 'start' | 'end'): boolean {
  if (node.kind === 'anchor') return node.at === at
  if (node.kind === 'set' || node.kind === 'repeat') return false
  if (node.kind === 'choice') return node.items.some(item => hasAnchor(item, at))
  const edge = at === 'start' ? node.items[0] : node.items.at(-1)
  return edge !== undefined && hasAnchor(edge, at)
}

function withoutAnchors(node: Parsed): Regex {
  if (node.kind === 'anchor') throw new UnsupportedPattern('an anchor inside of the pattern')
  if (node.kind === 'set') return node
  if (node.kind === 'repeat') return { ...node, item: withoutAnchors(node.item) }
  const parts = node.items.map(withoutAnchors)
  // What an anchor leaves behind is an empty sequence.
  const items =
    node.kind === 'choice' ? parts : parts.flatMap(part => (part.kind === 'sequence' ? part.items : [part]))
  return items.length === 1 ? items[0]! : { kind: node.kind, items }
}

class Reader {
  readonly characters: readonly string[]
  at = 0

  constructor(source: string) {
    this.characters = [...source]
  }

  get done(): boolean {
    return this.at >= this.characters.length
  }

  take(text: string): boolean {
    if (!this.looksAt(text)) return false
    this.at += text.length
    return true
  }

  looksAt(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) {
      if (this.characters[this.at + index] !== text[index]) return false
    }
    return true
  }

  choice(depth: number): Parsed {
    if (depth > maxDepth) throw new UnsupportedPattern('groups nested too deeply')
    const items = [this.sequence(depth)]
    while (this.take('|')) items.push(this.sequence(depth))
    return items.length === 1 ? items[0]! : { kind: 'choice', items }
  }

  sequence(depth: number): Parsed {
    const items: Parsed[] = []
    while (!this.done && !this.looksAt('|') && !this.looksAt(')')) items.push(this.quantified(depth))
    return items.length === 1 ? items[0]! : { kind: 'sequence', items }
  }

  quantified(depth: number): Parsed {
    const item = this.atom(depth)
    const range = this.quantifier()
    if (!range) return item
    if (item.kind === 'anchor') throw new UnsupportedPattern('a repeated anchor')
    this.take('?')
    if (range.max < range.min) throw new UnsupportedPattern('a quantifier whose maximum is below its minimum')
    return { kind: 'repeat', item, ...range }
  }

  quantifier(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Infinity }
    if (this.take('+')) return { min: 1, max: Infinity }
    if (this.take('?')) return { min: 0, max: 1 }
    if (!this.looksAt('{')) return undefined
    const match = /^\{(\d{1,15})(,(\d{1,15})?)?\}/.exec(this.characters.slice(this.at, this.at + 34).join(''))
    if (!match) return undefined
    this.at += match[0].length
    const min = Number(match[1])
    return { min, max: match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3]) }
  }

  atom(depth: number): Parsed {
    const character = this.characters[this.at]!
    this.at += 1
    if (character === '^') return { kind: 'anchor', at: 'start' }
    if (character === '$') return { kind: 'anchor', at: 'end' }
    if (character === '.') return { kind: 'set', set: complement(lineEnd) }
    if (character === '[') return { kind: 'set', set: this.class() }
    if (character === '(') return this.group(depth)
    if (character === '\\') return { kind: 'set', set: this.escape(false) }
    if ('*+?'.includes(character)) throw new UnsupportedPattern(`nothing to repeat at ${this.at - 1}`)
    return { kind: 'set', set: characters(character) }
  }

  group(depth: number): Parsed {
    if (this.take('?')) {
      if (this.take('<') && !this.looksAt('=') && !this.looksAt('!')) {
        while (!this.done && !this.take('>')) this.at += 1
      } else if (!this.take(':')) throw new UnsupportedPattern('lookaround')
    }
    const inner = this.choice(depth + 1)
    if (!this.take(')')) throw new UnsupportedPattern('an unclosed group')
    return inner
  }

  class(): Ranges {
    const negated = this.take('^')
    let set: Ranges = []
    while (!this.take(']')) {
      if (this.done) throw new UnsupportedPattern('an unclosed class')
      const low = this.member()
      if (this.looksAt('-') && this.characters[this.at + 1] !== ']' && single(low) !== undefined) {
        this.at += 1
        const high = this.member()
        if (single(high) === undefined || single(high)! < single(low)!) {
          throw new UnsupportedPattern('a range out of order')
        }
        set = union(set, [[single(low)!, single(high)!]])
      } else set = union(set, low)
    }
    return negated ? complement(set) : intersect(set, anyCodePoint)
  }

  member(): Ranges {
    const character = this.characters[this.at]
    if (character === undefined) throw new UnsupportedPattern('an unclosed class')
    this.at += 1
    return character === '\\' ? this.escape(true) : characters(character)
  }

  escape(inClass: boolean): Ranges {
    const character = this.characters[this.at]
    if (character === undefined) throw new UnsupportedPattern('a backslash at the end')
    this.at += 1
    const known = classes[character]
    if (known) return known
    if (controls[character] !== undefined) return characters(controls[character])
    if (inClass && character === 'b') return characters('\b')
    if (character === 'c') {
      const letter = this.characters[this.at] ?? ''
      if (!/^[A-Za-z]$/.test(letter)) throw new UnsupportedPattern('an unknown control escape')
      this.at += 1
      return normalise([[letter.charCodeAt(0) % 32, letter.charCodeAt(0) % 32]])
    }
    if (character === 'x') return this.hexadecimal(2)
    if (character === 'u') return this.take('{') ? this.braced() : this.hexadecimal(4)
    if (/[A-Za-z1-9]/.test(character)) throw new UnsupportedPattern(`the escape \\${character}`)
    return characters(character)
  }

  hexadecimal(digits: number): Ranges {
    const text = this.characters.slice(this.at, this.at + digits).join('')
    if (!/^[0-9a-fA-F]+$/.test(text) || text.length !== digits)
      throw new UnsupportedPattern('a broken escape')
    this.at += digits
    return codePoint(Number.parseInt(text, 16))
  }

  braced(): Ranges {
    let text = ''
    while (!this.done && !this.looksAt('}')) text += this.characters[this.at++]
    if (!this.take('}') || !/^[0-9a-fA-F]{1,6}$/.test(text)) throw new UnsupportedPattern('a broken escape')
    return codePoint(Number.parseInt(text, 16))
  }
}

function codePoint(value: number): Ranges {
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    throw new UnsupportedPattern('a lone surrogate')
  return [[value, value]]
}

function single(set: Ranges): number | undefined {
  return set.length === 1 && set[0]![0] === set[0]![1] ? set[0]![0] : undefined
}

/** Length in code points of the texts that match. */
export function lengthOf(regex: Regex): { readonly min: number; readonly max: number } {
  switch (regex.kind) {
    case 'set':
      return { min: 1, max: 1 }
    case 'sequence': {
      const lengths = regex.items.map(lengthOf)
      return { min: sum(lengths.map(length => length.min)), max: sum(lengths.map(length => length.max)) }
    }
    case 'choice': {
      const lengths = regex.items.map(lengthOf)
      return {
        min: Math.min(...lengths.map(length => length.min)),
        max: Math.max(...lengths.map(length => length.max)),
      }
    }
    case 'repeat': {
      const item = lengthOf(regex.item)
      return { min: item.min * regex.min, max: item.max === 0 || regex.max === 0 ? 0 : item.max * regex.max }
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
