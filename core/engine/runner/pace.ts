import { Line, mostOverrun } from './line.ts'

/** Tokens: a single token says little of how many at once will do. */
const mostAtFirst = 64
/** How much longer a step may take that brings a prompt to its end. */
const finishing = 1.3
/** Milliseconds of the longest step that is made for the sake of cheaper tokens. */
const longest = 1_000
/** Chunks after which the other kind is looked at again. */
const lookAgain = 32

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
  #last: Line | undefined
  /** Chunks since one of the other kind. */
  #alike = 0

  /**
   * @param first tokens of the first chunk, which nothing is known about yet
   * @param tile tokens that are cheaper together; 0: any number
   */
  constructor(widest: number, first: number, tile: number) {
    this.#widest = widest
    this.#tile = tile > 0 && tile <= widest ? tile : Number.POSITIVE_INFINITY
    this.#proven = Math.max(1, Math.min(first, mostAtFirst, widest))
  }

  /** Of `left` prompt tokens, those for a step that should take `milliseconds`; at least one. */
  chunk(milliseconds: number, left: number): number {
    const wanted = this.#wide.known ? this.#wideOrNarrow(milliseconds) : this.#first(milliseconds)
    return this.#finishes(left, milliseconds) ? left : Math.max(1, Math.min(wanted, left))
  }

  /** A step that computed so many prompt tokens has cost this much. */
  learn(tokens: number, milliseconds: number): void {
    if (tokens === 0) return
    const line = this.#line(tokens)
    this.#alike = line.known && line === this.#last ? this.#alike + 1 : 0
    this.#last = line
    line.learn(tokens, milliseconds)
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

  #wideOrNarrow(milliseconds: number): number {
    const wide = this.#tiles(Math.min(this.#wide.tokens(milliseconds), this.#most))
    if (!this.#narrow.known || this.#wide.time(wide) <= milliseconds * finishing) return wide
    const narrow = Math.min(this.#narrow.tokens(milliseconds), this.#most)
    const pays =
      narrow >= this.#tile ||
      (this.#wide.perToken * 2 <= this.#narrow.perToken && this.#wide.time(this.#tile) <= longest)
    // What was learned of the other kind was learned earlier in the prompt, where every token cost less.
    const look =
      this.#alike >= lookAgain && this.#wide.time(this.#tile) <= Math.max(longest, milliseconds * mostOverrun)
    return pays !== look ? this.#tile : Math.min(narrow, this.#tile - 1)
  }

  /** Whole tiles, at least one. */
  #tiles(tokens: number): number {
    return Math.max(1, Math.floor(tokens / this.#tile)) * this.#tile
  }
}
