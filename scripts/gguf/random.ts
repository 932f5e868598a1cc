/** Seeded random numbers, the same on every machine (sfc32). Not for secrets. */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1

  /** `path` tells streams of one seed apart, say a tensor's name. */
  constructor(seed: number, path = '') {
    let hash = 0x811c9dc5 ^ seed
    for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193)
    this.a = hash >>> 0
    this.b = Math.imul(seed, 0x9e3779b1) >>> 0
    this.c = 0x2545f491
    for (let i = 0; i < 16; i++) this.u32()
  }

  /** 0 … 2³²−1 */
  u32(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum
    return sum >>> 0
  }

  /** 0 ≤ value < 1 */
  next(): number {
    return this.u32() / 0x1_0000_0000
  }

  /** A whole number, 0 ≤ value < limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from')
    return items[this.below(items.length)]!
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
    }
    return copy
  }
}
