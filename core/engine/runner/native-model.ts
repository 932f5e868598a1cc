import { ImpetusError } from '../../contract/errors.ts'
import type { AddonModel } from './binding.ts'
import { pieceOf } from './pieces.ts'

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

  /** Without a beginning-of-sequence token, which depends on where the text goes. */
  tokenize(text: string, special: boolean): Uint32Array {
    return this.addon.tokenize(text, special)
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
