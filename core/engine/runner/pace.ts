import { Line, mostOverrun } from './line.ts'

/** Tokens: a single token says little of how many at once will do. */
const mostAtFirst = 64
/** How much longer a step may take that brings a prompt to its end. */
const finishing = 1.4
/** Milliseconds of the longest step that is made for the sake of cheaper tokens. */
const longest = 1_000
/** How many times as dear attention is for tokens that fill no tile: 6 against 1.4 µs for each token that came before. */
const narrowAttention = 4
/** Of fewer than these, what the step costs anyway hides what a token costs. */
const fewTokens = 16
/** Tokens before a chunk from which on it tells what attention costs. */
const telling = 512

/**
 * How many prompt tokens one step may compute so that it stays within its time. What a step costs is learned from the
 * steps before. The first chunk is small, and each may at most double, because a guess that is too high cannot be taken
 * back.
 *
 * On a processor, llama.cpp's attention goes by tiles of 64 tokens and is several times as dear for what does not fill
 * one: after 2,048 tokens, 63 more took 874 ms and 64 more 405. So narrow and wide chunks are learned apart, wide ones
 * are whole tiles, and one that takes too long is made all the same where it halves what a token costs.
 */
export class Pace {
  readonly #widest: number
  readonly #tile: number
  readonly #narrow = new Line()
  readonly #wide = new Line()
  /** The largest chunk so far. */
  #proven: number
  /** Of a token in a whole tile: what it costs at a prompt's beginning, and more for each token before it. */
  #each = Number.POSITIVE_INFINITY
  #attention: number | undefined

  /**
   * @param first tokens of the first chunk, which nothing is known about yet
   * @param tile tokens that are cheaper together; 0: any number
   */
  constructor(widest: number, first: number, tile: number) {
    this.#widest = widest
    this.#tile = tile > 0 && tile <= widest ? tile : Number.POSITIVE_INFINITY
    this.#proven = Math.max(1, Math.min(first, mostAtFirst, widest))
  }

  /** Of `left` prompt tokens after `place` others, those for a step that should take `milliseconds`; at least one. */
  chunk(milliseconds: number, left: number, place: number): number {
    const wanted = this.#wide.known ? this.#wideOrNarrow(milliseconds, place) : this.#first(milliseconds)
    return this.#finishes(left, milliseconds) ? left : Math.max(1, Math.min(wanted, left))
  }

  /**
   * Of the `place` tokens before a prompt's last `left`, how many to compute once more, so that a whole tile takes less
   * time than the rest alone: after 8,000 tokens, 61 more take 3 s and 64 take 0.9.
   */
  again(left: number, place: number): number {
    const more = this.#tile - left
    if (this.#attention === undefined || more <= 0 || more > place) return 0
    const whole = this.#tile * (this.#each + this.#attention * (place - more))
    const rest = left * (this.#each + narrowAttention * this.#attention * place)
    return whole < rest ? more : 0
  }

  /** A step that computed so many prompt tokens after `place` others has cost this much. */
  learn(tokens: number, milliseconds: number, place: number): void {
    if (tokens === 0) return
    const perToken = milliseconds / tokens
    const whole = tokens % this.#tile === 0
    if (whole) this.#each = Math.min(this.#each, perToken)
    if (place >= telling && (whole || (tokens >= fewTokens && tokens < this.#tile)))
      this.#attention =
        Math.max(0, perToken - this.#each) / ((place + tokens / 2) * (whole ? 1 : narrowAttention))
    this.#line(tokens).learn(tokens, milliseconds)
    this.#proven = Math.max(this.#proven, tokens)
  }

  get #most(): number {
    return Math.min(this.#proven * 2, this.#widest)
  }

  #line(tokens: number): Line {
    return tokens < this.#tile ? this.#narrow : this.#wide
  }

  #finishes(left: number, milliseconds: number): boolean {
    const line = this.#line(left)
    return line.known && left <= this.#most && line.time(left) <= milliseconds * finishing
  }

  /** While nothing is known of whole tiles. */
  #first(milliseconds: number): number {
    if (!this.#narrow.known) return this.#proven
    const fits = Math.min(this.#narrow.tokens(milliseconds), this.#most)
    if (fits >= this.#tile) return this.#tiles(fits)
    return this.#narrow.time(this.#tile) <= milliseconds * mostOverrun && this.#most >= this.#tile
      ? this.#tile
      : fits
  }

  #wideOrNarrow(milliseconds: number, place: number): number {
    const wide = this.#tiles(Math.min(this.#wide.tokens(milliseconds), this.#most))
    if (!this.#narrow.known || this.#wide.time(wide) <= milliseconds * finishing) return wide
    return this.#halves(place) && this.#wide.time(this.#tile) <= longest
      ? this.#tile
      : Math.min(this.#narrow.tokens(milliseconds), this.#most, this.#tile - 1)
  }

  /** Whether a token costs half as much in a whole tile, after so many others. */
  #halves(place: number): boolean {
    const attention = (this.#attention ?? 0) * place
    return 2 * (this.#each + attention) <= this.#each + narrowAttention * attention
  }

  /** Whole tiles, at least one. */
  #tiles(tokens: number): number {
    return Math.max(1, Math.floor(tokens / this.#tile)) * this.#tile
  }
}
