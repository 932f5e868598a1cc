import type { Reader, Step } from './reader.ts'

/** How a model family writes values. */
export interface Notation {
  readonly strings: readonly StringForm[]
  /** Words and the JSON they mean. */
  readonly words: Readonly<Record<string, string>>
  /** Keys may be written without quotes. */
  readonly bareKeys: boolean
  /** Python's tuples are lists. */
  readonly tuples: boolean
  /** Whether white space is passed on: then arguments come out as the model wrote them. */
  readonly keepsSpace: boolean
}

interface StringForm {
  readonly open: string
  readonly close: string
  /** Whether a backslash escapes what follows. */
  readonly escapes: boolean
}

const jsonWords = { true: 'true', false: 'false', null: 'null' }

export const jsonNotation: Notation = {
  strings: [{ open: '"', close: '"', escapes: true }],
  words: { ...jsonWords, True: 'true', False: 'false', None: 'null' },
  bareKeys: false,
  tuples: false,
  keepsSpace: true,
}

export const pythonNotation: Notation = {
  strings: [
    { open: '"""', close: '"""', escapes: true },
    { open: "'''", close: "'''", escapes: true },
    { open: '"', close: '"', escapes: true },
    { open: "'", close: "'", escapes: true },
  ],
  words: jsonNotation.words,
  bareKeys: false,
  tuples: true,
  keepsSpace: false,
}

/** Gemma's: strings between marks of its own, keys without any. */
export function markedNotation(mark: string): Notation {
  return {
    strings: [
      { open: mark, close: mark, escapes: false },
      { open: '"', close: '"', escapes: true },
    ],
    words: jsonWords,
    bareKeys: true,
    tuples: false,
    keepsSpace: false,
  }
}

const maxDepth = 200

/**
 * Reads one value and hands it on as JSON while it comes. What has been handed on can always be completed by closing
 * what is open, and is, when the text ends or breaks: separators, keys, numbers and escapes are held back until what
 * makes them whole has come.
 */
export class ValueReader {
  readonly #reader: Reader
  readonly #notation: Notation
  readonly #emit: (json: string) => void
  #held = ''
  /** Where the text begins that has not been handed on; a broken value's rest starts here. */
  restAt: number

  constructor(reader: Reader, notation: Notation, emit: (json: string) => void) {
    this.#reader = reader
    this.#notation = notation
    this.#emit = emit
    this.restAt = reader.position
  }

  /** True when a whole value was read; otherwise `restAt` says what was not handed on. */
  *value(depth = 0): Step<boolean> {
    const reader = this.#reader
    const next = yield* reader.peek()
    if (next === undefined || depth > maxDepth) return false
    if (next === '{') return yield* this.#object(depth)
    if (next === '[') return yield* this.#list(']', depth)
    if (next === '(' && this.#notation.tuples) return yield* this.#list(')', depth)
    const form = yield* this.#stringForm()
    if (form) return yield* this.#string(form)
    return /[-0-9]/.test(next) ? yield* this.#number() : yield* this.#word()
  }

  /** A string value as it is; undefined when none comes next or it does not end. */
  *text(): Step<string | undefined> {
    const form = yield* this.#stringForm()
    if (!form) return undefined
    let json = ''
    const whole = yield* this.#characters(form, text => {
      json += text
    })
    return whole ? (JSON.parse(`"${json}"`) as string) : undefined
  }

  *#object(depth: number): Step<boolean> {
    const reader = this.#reader
    yield* reader.next()
    this.#out('{')
    for (let first = true; ; first = false) {
      const before = this.#held
      yield* this.#space()
      if (!first && (yield* reader.literal(','))) {
        this.#held += ','
        yield* this.#space()
      } else if (!first && (yield* reader.peek()) !== '}') break
      if (yield* reader.literal('}')) {
        // A comma before the end is dropped.
        if (this.#held.includes(',')) this.#held = before
        this.#out('}')
        return true
      }
      const key = yield* this.#key()
      if (key === undefined) break
      this.#held += JSON.stringify(key)
      yield* this.#space()
      if (!(yield* reader.literal(':'))) break
      this.#held += ':'
      yield* this.#space()
      if (!(yield* this.value(depth + 1))) break
    }
    return this.#broken('}')
  }

  *#list(close: string, depth: number): Step<boolean> {
    const reader = this.#reader
    yield* reader.next()
    this.#out('[')
    for (let first = true; ; first = false) {
      const before = this.#held
      yield* this.#space()
      if (!first && (yield* reader.literal(','))) {
        this.#held += ','
        yield* this.#space()
      } else if (!first && (yield* reader.peek()) !== close) break
      if (yield* reader.literal(close)) {
        if (this.#held.includes(',')) this.#held = before
        this.#out(']')
        return true
      }
      if (!(yield* this.value(depth + 1))) break
    }
    return this.#broken(']')
  }

  *#key(): Step<string | undefined> {
    const quoted = yield* this.text()
    if (quoted !== undefined || !this.#notation.bareKeys) return quoted
    const bare = yield* this.#reader.while(character => !/[\s:,{}[\]]/.test(character))
    return bare === '' ? undefined : bare
  }

  *#string(form: StringForm): Step<boolean> {
    this.#out('"')
    const whole = yield* this.#characters(form, text => this.#out(text))
    if (whole) this.#out('"')
    else this.#broken('"')
    return whole
  }

  *#stringForm(): Step<StringForm | undefined> {
    for (const form of this.#notation.strings) if (yield* this.#reader.literal(form.open)) return form
    return undefined
  }

  /** The characters up to the closing mark, as they stand between the quotes of JSON. */
  *#characters(form: StringForm, onText: (json: string) => void): Step<boolean> {
    const reader = this.#reader
    const stops = new Set([form.close[0]!, ...(form.escapes ? ['\\'] : [])])
    for (;;) {
      const run = yield* reader.run(stops)
      if (run !== '') onText(escapeRaw(run))
      if (yield* reader.literal(form.close)) return true
      const next = yield* reader.peek()
      if (next === undefined) return false
      if (!stops.has(next)) continue
      yield* reader.next()
      if (next !== '\\' || !form.escapes) onText(escapeRaw(next))
      else {
        const escaped = yield* this.#escape()
        if (escaped === undefined) return false
        onText(escaped)
      }
    }
  }

  /** What follows a backslash, as a whole escape of JSON. */
  *#escape(): Step<string | undefined> {
    const reader = this.#reader
    const letter = yield* reader.next()
    if (letter === undefined) return undefined
    if ('"\\/bfnrt'.includes(letter)) return `\\${letter}`
    const digits = letter === 'u' ? 4 : letter === 'x' ? 2 : 0
    if (digits === 0) return letter === "'" ? letter : letter === '\n' ? '' : `\\\\${escapeRaw(letter)}`
    let hex = ''
    while (hex.length < digits) {
      const digit = yield* reader.peek()
      if (digit === undefined) return undefined
      if (!/[0-9a-fA-F]/.test(digit)) return `\\\\${letter}${hex}`
      hex += digit
      yield* reader.next()
    }
    return `\\u${hex.padStart(4, '0')}`
  }

  *#number(): Step<boolean> {
    const text = yield* this.#reader.while(character => /[-+.0-9a-zA-Z_]/.test(character))
    // A number that the end cut off may have had more digits.
    if ((yield* this.#reader.peek()) === undefined) return false
    const value = Number(text.replaceAll('_', ''))
    if (text === '' || !Number.isFinite(value)) return false
    this.#out(/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? text : JSON.stringify(value))
    return true
  }

  *#word(): Step<boolean> {
    const word = yield* this.#reader.while(character => /[a-zA-Z]/.test(character))
    const json = Object.hasOwn(this.#notation.words, word) ? this.#notation.words[word] : undefined
    if (json === undefined || (yield* this.#reader.peek()) === undefined) return false
    this.#out(json)
    return true
  }

  *#space(): Step<void> {
    const space = yield* this.#reader.space()
    if (this.#notation.keepsSpace) this.#held += space.replace(/[^ \t\n\r]/g, ' ')
  }

  #out(json: string): void {
    this.#emit(this.#held + json)
    this.#held = ''
    this.restAt = this.#reader.position
  }

  /** Closes what is open without what was held back. */
  #broken(close: string): boolean {
    this.#held = ''
    this.#emit(close)
    return false
  }
}

function escapeRaw(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
