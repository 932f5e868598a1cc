/** The bits of llama.cpp's token attributes that matter for text. */
const attribute = { unknown: 1, normal: 4, control: 8, userDefined: 16, byte: 32 } as const

/** llama.cpp's vocabulary types. */
const vocabulary = { spm: 1, bpe: 2, wpm: 3, ugm: 4 } as const

/**
 * The bytes that a token stands for, from the vocabulary's own spelling; undefined where only llama.cpp can tell.
 * Its detokenize() cannot be used for single tokens: it makes U+FFFD of a character's first bytes, and eats the space
 * that begins a word.
 */
export function pieceOf(
  vocabularyType: number,
  spelling: string,
  attributes: number,
): Uint8Array | undefined {
  if ((attributes & (attribute.unknown | attribute.control)) !== 0) return empty
  if ((attributes & attribute.userDefined) !== 0) return utf8.encode(spelling)
  switch (vocabularyType) {
    case vocabulary.spm:
    case vocabulary.ugm:
    case vocabulary.wpm:
      if ((attributes & attribute.byte) !== 0) return byteToken(spelling)
      return utf8.encode(spelling.replaceAll('▁', ' '))
    case vocabulary.bpe:
      return bytePairs(spelling)
    default:
      return undefined
  }
}

export function isControl(attributes: number): boolean {
  return (attributes & attribute.control) !== 0
}

const utf8 = new TextEncoder()
const empty = new Uint8Array(0)

/** `<0x41>`. */
function byteToken(spelling: string): Uint8Array | undefined {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(spelling)?.[1]
  return hex === undefined ? undefined : Uint8Array.of(Number.parseInt(hex, 16))
}

/** GPT-2's spelling of bytes as printable characters; a character outside of it stands for itself. */
function bytePairs(spelling: string): Uint8Array {
  const bytes: number[] = []
  for (const character of spelling) {
    const byte = byteOfCharacter.get(character)
    if (byte === undefined) bytes.push(...utf8.encode(character))
    else bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

const byteOfCharacter = new Map<string, number>()
for (let byte = 0, shifted = 256; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  byteOfCharacter.set(String.fromCodePoint(printable ? byte : shifted++), byte)
}
