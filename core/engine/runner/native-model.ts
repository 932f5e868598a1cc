import { ImpetusError } from '../../contract/errors.ts'
import type { AddonModel } from './binding.ts'
import { isControl, pieceOf } from './pieces.ts'

/** A token's text: a string when it is whole characters, bytes when it is not. */
export type Piece = string | Uint8Array

/** A loaded model's vocabulary, with what the addon tells per call remembered per token. */
export class NativeModel {
  readonly addon: AddonModel
  readonly vocabularySize: number
  readonly bos: number
  readonly eos: number
  readonly addsBos: boolean
  readonly fim: { readonly prefix: number; readonly suffix: number; readonly middle: number } | undefined
  readonly #vocabularyType: number
  readonly #pieces: (Piece | undefined)[] = []
  readonly #ends: (boolean | undefined)[] = []

  constructor(addon: AddonModel, vocabularySize: number) {
    this.addon = addon
    this.vocabularySize = vocabularySize
    this.bos = addon.tokenBos()
    this.eos = addon.tokenEos()
    this.addsBos = addon.shouldPrependBosToken() && this.bos >= 0
    this.#vocabularyType = addon.getVocabularyType()
    const fim = { prefix: addon.prefixToken(), suffix: addon.suffixToken(), middle: addon.middleToken() }
    this.fim = fim.prefix >= 0 && fim.suffix >= 0 && fim.middle >= 0 ? fim : undefined
  }

  /** As the vocabulary spells it; empty for a token that the model does not have. */
  spelling(token: number): string {
    return token < 0 ? '' : (this.addon.getTokenString(token) ?? '')
  }

  /** Whether the model ends its turn with this token. */
  endsTurn(token: number): boolean {
    const known = this.#ends[token]
    if (known !== undefined) return known
    const ends = this.addon.isEogToken(token)
    this.#ends[token] = ends
    return ends
  }

  piece(token: number): Piece {
    const known = this.#pieces[token]
    if (known !== undefined) return known
    const piece = this.#makePiece(token)
    this.#pieces[token] = piece
    return piece
  }

  /** A token that marks something and has no text of its own. */
  isSpecial(token: number): boolean {
    return isControl(this.addon.getTokenAttributes(token))
  }

  /** The token's bytes; of a special one, those of its name. */
  spelt(token: number): Uint8Array {
    const piece = this.piece(token)
    const text = piece.length === 0 && this.isSpecial(token) ? this.spelling(token) : piece
    return typeof text === 'string' ? new TextEncoder().encode(text) : text
  }

  /** Without a beginning-of-sequence token, which depends on where the text goes. */
  tokenize(text: string, special: boolean): Uint32Array {
    return this.addon.tokenize(text, special)
  }

  /** A whole text's tokens between those that begin and end a text for this model. */
  framed(tokens: ArrayLike<number>): number[] {
    const ends = this.addon.shouldAppendEosToken() && this.eos >= 0
    return [...(this.addsBos ? [this.bos] : []), ...Array.from(tokens), ...(ends ? [this.eos] : [])]
  }

  /** Two texts as one, in the order and with the marks that a model for pairs of texts was trained with. */
  paired(first: ArrayLike<number>, second: ArrayLike<number>): Uint32Array {
    const known = (token: number) => (token >= 0 ? [token] : [])
    const separator = this.addon.sepToken()
    const between = separator >= 0 ? separator : this.eos
    return Uint32Array.from([
      ...known(this.bos),
      ...Array.from(first),
      ...known(between),
      ...Array.from(second),
      ...known(this.eos >= 0 ? this.eos : separator),
    ])
  }

  detokenize(tokens: Uint32Array): string {
    for (const token of tokens) this.mustKnow(token)
    return this.addon.detokenize(tokens, true)
  }

  /** llama.cpp ends the process over a token that is not in the vocabulary. */
  mustKnow(token: number, param = 'prompt'): void {
    if (Number.isInteger(token) && token >= 0 && token < this.vocabularySize) return
    throw new ImpetusError(
      'invalid_value',
      `${token} is no token of this model: its tokens are 0 to ${this.vocabularySize - 1}.`,
      {
        param,
      },
    )
  }

  #makePiece(token: number): Piece {
    const bytes = pieceOf(this.#vocabularyType, this.spelling(token), this.addon.getTokenAttributes(token))
    if (bytes === undefined) return this.addon.detokenize(Uint32Array.of(token), false)
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    return text.includes('\ufffd') ? bytes : text
  }
}
