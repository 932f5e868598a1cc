/**
 * Reads GBNF and draws sentences from it: a second, independent reading of what the grammar generator writes. Knows only
 * the part of GBNF that llama.cpp's own converter uses too: rules, literals, classes, groups, repetition, choice.
 */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'class'
      readonly ranges: readonly (readonly [number, number])[]
      readonly negated: boolean
    }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly items: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly item: Expression; readonly min: number; readonly max: number }

export type Grammar = ReadonlyMap<string, Expression>

/** Throws on anything it does not know and on rules that are used but not defined. */
export function parseGbnf(text: string): Grammar {
  const rules = new Map<string, Expression>()
  for (const line of text.split('\n').filter(each => each !== '')) {
    const match = /^([a-zA-Z0-9-]+) ::= (.*)$/.exec(line)
    if (!match) throw new Error(`not a rule: ${line}`)
    if (rules.has(match[1]!)) throw new Error(`defined twice: ${match[1]}`)
    const reader = new Reader(match[2]!)
    rules.set(match[1]!, reader.choice())
    if (reader.at < reader.text.length)
      throw new Error(`cannot read ${JSON.stringify(reader.text.slice(reader.at))}`)
  }
  const check = (expression: Expression): void => {
    if (expression.kind === 'rule' && !rules.has(expression.name))
      throw new Error(`undefined: ${expression.name}`)
    if (expression.kind === 'repeat') check(expression.item)
    if (expression.kind === 'sequence' || expression.kind === 'choice') expression.items.forEach(check)
  }
  rules.forEach(check)
  return rules
}

class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  choice(): Expression {
    const items = [this.sequence()]
    while (this.text[this.at] === '|') {
      this.at += 1
      items.push(this.sequence())
    }
    return items.length === 1 ? items[0]! : { kind: 'choice', items }
  }

  sequence(): Expression {
    const items: Expression[] = []
    for (this.space(); this.at < this.text.length && !'|)'.includes(this.text[this.at]!); this.space()) {
      items.push(this.repeated(this.atom()))
    }
    return { kind: 'sequence', items }
  }

  repeated(item: Expression): Expression {
    this.space()
    const match = /^(?:([*+?])|\{(\d+)(,(\d*))?\})/.exec(this.text.slice(this.at))
    if (!match) return item
    this.at += match[0].length
    if (match[1])
      return { kind: 'repeat', item, min: match[1] === '+' ? 1 : 0, max: match[1] === '?' ? 1 : Infinity }
    const min = Number(match[2])
    return {
      kind: 'repeat',
      item,
      min,
      max: match[3] === undefined ? min : match[4] === '' ? Infinity : Number(match[4]),
    }
  }

  atom(): Expression {
    const character = this.text[this.at]
    if (character === '"') return { kind: 'text', text: this.literal() }
    if (character === '[') return this.class()
    if (character === '(') {
      this.at += 1
      const inner = this.choice()
      if (this.text[this.at] !== ')') throw new Error('unclosed group')
      this.at += 1
      return inner
    }
    const name = /^[a-zA-Z0-9-]+/.exec(this.text.slice(this.at))?.[0]
    if (!name) throw new Error(`cannot read ${JSON.stringify(this.text.slice(this.at))}`)
    this.at += name.length
    return { kind: 'rule', name }
  }

  literal(): string {
    let text = ''
    for (this.at += 1; this.text[this.at] !== '"'; ) text += this.character()
    this.at += 1
    return text
  }

  class(): Expression {
    this.at += 1
    const negated = this.text[this.at] === '^'
    if (negated) this.at += 1
    const ranges: [number, number][] = []
    while (this.text[this.at] !== ']') {
      const low = this.character().codePointAt(0)!
      let high = low
      if (this.text[this.at] === '-' && this.text[this.at + 1] !== ']') {
        this.at += 1
        high = this.character().codePointAt(0)!
      }
      ranges.push([low, high])
    }
    this.at += 1
    return { kind: 'class', ranges, negated }
  }

  character(): string {
    const codePoint = this.text.codePointAt(this.at)
    if (codePoint === undefined) throw new Error('unexpected end')
    const character = String.fromCodePoint(codePoint)
    this.at += character.length
    if (character !== '\\') return character
    const letter = this.text[this.at]!
    this.at += 1
    const digits = { x: 2, u: 4, U: 8 }[letter]
    if (digits !== undefined) {
      const hex = this.text.slice(this.at, this.at + digits)
      this.at += digits
      return String.fromCodePoint(Number.parseInt(hex, 16))
    }
    const plain = { n: '\n', r: '\r', t: '\t' }[letter] ?? (/["\\[\]-]/.test(letter) ? letter : undefined)
    if (plain === undefined) throw new Error(`unknown escape \\${letter}`)
    return plain
  }

  space(): void {
    while (this.text[this.at] === ' ') this.at += 1
  }
}

/** Draws sentences. `random` gives numbers from 0 to below 1; past `depth` rules it takes the shortest way out. */
export class Sampler {
  readonly #grammar: Grammar
  readonly #costs = new Map<string, number>()

  constructor(grammar: Grammar) {
    this.#grammar = grammar
    for (let changed = true; changed; ) {
      changed = false
      for (const [name, expression] of grammar) {
        const cost = this.#cost(expression)
        if (cost < (this.#costs.get(name) ?? Infinity)) {
          this.#costs.set(name, cost)
          changed = true
        }
      }
    }
  }

  /** Whether `root` has any finite sentence. */
  get productive(): boolean {
    return this.#costs.has('root')
  }

  sample(random: () => number, depth = 12): string {
    return this.#draw({ kind: 'rule', name: 'root' }, random, depth)
  }

  #cost(expression: Expression): number {
    switch (expression.kind) {
      case 'text':
      case 'class':
        return 0
      case 'rule':
        return 1 + (this.#costs.get(expression.name) ?? Infinity)
      case 'sequence':
        return Math.max(0, ...expression.items.map(item => this.#cost(item)))
      case 'choice':
        return Math.min(...expression.items.map(item => this.#cost(item)))
      case 'repeat':
        return expression.min === 0 ? 0 : this.#cost(expression.item)
    }
  }

  #draw(expression: Expression, random: () => number, depth: number): string {
    switch (expression.kind) {
      case 'text':
        return expression.text
      case 'class':
        return String.fromCodePoint(drawCodePoint(expression.ranges, expression.negated, random))
      case 'rule':
        return this.#draw(this.#grammar.get(expression.name)!, random, depth - 1)
      case 'sequence':
        return expression.items.map(item => this.#draw(item, random, depth)).join('')
      case 'choice': {
        const cheap = [...expression.items].sort((a, b) => this.#cost(a) - this.#cost(b))
        const possible = cheap.filter(item => this.#cost(item) < Infinity)
        return this.#draw(possible[depth <= 0 ? 0 : Math.floor(random() * possible.length)]!, random, depth)
      }
      case 'repeat': {
        const most =
          depth <= 0 || this.#cost(expression.item) === Infinity
            ? 0
            : Math.min(expression.max - expression.min, 4)
        const count = expression.min + Math.floor(random() * (most + 1))
        return Array.from({ length: count }, () => this.#draw(expression.item, random, depth)).join('')
      }
    }
  }
}

function drawCodePoint(
  ranges: readonly (readonly [number, number])[],
  negated: boolean,
  random: () => number,
): number {
  const inside = (value: number): boolean => ranges.some(([low, high]) => low <= value && value <= high)
  if (!negated) {
    const [low, high] = ranges[Math.floor(random() * ranges.length)]!
    for (;;) {
      // The ends of a range and ASCII are where mistakes show.
      const at = random()
      const value =
        at < 0.2 ? low : at < 0.3 ? high : low + Math.floor(random() * (Math.min(high, low + 300) - low + 1))
      if (value < 0xd800 || value > 0xdfff) return value
    }
  }
  for (;;) {
    const value = Math.floor(random() * (random() < 0.8 ? 0x80 : 0x3000))
    if (!inside(value) && (value < 0xd800 || value > 0xdfff)) return value
  }
}
