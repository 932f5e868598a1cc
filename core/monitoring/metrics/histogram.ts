import type { MetricValue } from './exposition.ts'

/** Counts values up to each bound, as Prometheus' histograms do. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  /** `bounds` go up. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  add(value: number): void {
    this.#sum += value
    this.#count++
    for (const [place, bound] of this.#bounds.entries()) {
      if (value <= bound) this.#counts[place] = (this.#counts[place] ?? 0) + 1
    }
  }

  values(labels: Readonly<Record<string, string>>): MetricValue[] {
    const buckets = [...this.#bounds.map(String), '+Inf'].map((le, place) => ({
      suffix: '_bucket',
      labels: { ...labels, le },
      value: this.#counts[place] ?? this.#count,
    }))
    return [
      ...buckets,
      { suffix: '_sum', labels, value: this.#sum },
      { suffix: '_count', labels, value: this.#count },
    ]
  }
}
