import { anyCodePoint, characters, intersect, type Ranges, subtract } from './codepoints.ts'
import { characterClass, choice, literal } from './rules.ts'

/** How values are written: as JSON, or in a model family's own notation for tool arguments. */
export interface Syntax {
  readonly name: string
  /** Expression of an object's key, its colon included. */
  key(name: string): string
  /** Expression of the key's text from that of its characters. */
  keyFrom(content: string): string
  /** Expression of a string from that of its characters. */
  string(content: string): string
  /** Expression of one character of a string that is in the set, however it may be written. */
  character(set: Ranges): string | undefined
  /** Expression of a string without limits, where that is not the same as any characters. */
  anyString?(): string
  /** Expression of any key, its colon included, where that is not the same as any characters. */
  anyKey?(): string
  /** A value that is known beforehand (enum, const). */
  value(value: unknown): string
}

const control: Ranges = [[0, 0x1f]]
const quoted = characters('"\\')
const shortEscapes: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ['\\', '\\'],
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
]

/**
 * One character of a JSON string. What must be escaped is; nothing else is written as `\u…`, so that lengths count code
 * points as JSON Schema does and a lone surrogate cannot appear.
 */
function jsonCharacter(set: Ranges): string | undefined {
  const alternatives: string[] = []
  const raw = characterClass(subtract(intersect(set, anyCodePoint), [...control, ...quoted]))
  if (raw) alternatives.push(raw)
  const escapes = shortEscapes.filter(([character]) => intersect(set, characters(character)).length > 0)
  if (escapes.length > 0) {
    const letters = characterClass(characters(escapes.map(([, letter]) => letter).join('')))!
    alternatives.push(`"\\\\" ${letters}`)
  }
  const short = characters(shortEscapes.map(([character]) => character).join(''))
  for (const high of [0, 1]) {
    const rest = subtract(intersect(set, [[high * 16, high * 16 + 15]]), short)
    const digits = rest.flatMap(([low, end]) =>
      Array.from({ length: end - low + 1 }, (_, offset) => ((low + offset) % 16).toString(16)),
    )
    if (digits.length > 0)
      alternatives.push(`"\\\\u00${high}" ${characterClass(characters(digits.join('')))}`)
  }
  return alternatives.length === 0 ? undefined : choice(alternatives)
}

/** By far the commonest, and a dozen set operations. */
const anyJsonCharacter = jsonCharacter(anyCodePoint)

export const jsonSyntax: Syntax = {
  name: 'json',
  key: name => `${literal(`${JSON.stringify(name)}:`)}`,
  keyFrom: content => `"\\"" ${content} "\\":"`,
  string: content => `"\\"" ${content} "\\""`,
  character: set => (set === anyCodePoint ? anyJsonCharacter : jsonCharacter(set)),
  value: value => literal(JSON.stringify(value)),
}
