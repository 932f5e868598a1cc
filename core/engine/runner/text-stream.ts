import type { Piece } from './native-model.ts'
import { StopMatcher } from './stops.ts'

export interface TextStep {
  readonly text: string
  /** Tokens that this text stands for, those included that gave no text so far. */
  readonly tokens: number
  readonly stop?: string
}

/** Makes an answer's text of its tokens: never a cut character, never a part of a stop text. */
export class TextStream {
  readonly #stops: StopMatcher
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #incomplete = false
  #tokens = 0

  constructor(stops: readonly string[]) {
    this.#stops = new StopMatcher(stops)
  }

  push(piece: Piece): TextStep {
    this.#tokens++
    const { text, stop } = this.#stops.push(this.#decode(piece))
    return { text, tokens: this.#count(text), ...(stop !== undefined && { stop }) }
  }

  /** What is left when no more tokens come. Bytes of a character that was never finished are dropped. */
  flush(): TextStep {
    const text = this.#stops.flush()
    return { text, tokens: this.#count(text) }
  }

  #decode(piece: Piece): string {
    if (typeof piece === 'string' && !this.#incomplete) return piece
    const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece
    if (bytes.length === 0) return ''
    this.#incomplete = endsInsideCharacter(bytes, this.#incomplete)
    return this.#decoder.decode(bytes, { stream: true })
  }

  #count(text: string): number {
    if (text === '') return 0
    const tokens = this.#tokens
    this.#tokens = 0
    return tokens
  }
}

/** Whether the decoder may be waiting for more bytes. It may say so too often, which only costs speed. */
function endsInsideCharacter(bytes: Uint8Array, before: boolean): boolean {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return false
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2)
  }
  return before && bytes.length < 3
}
