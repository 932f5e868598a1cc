/** A request that waits for a slot. */
export interface Waiting {
  readonly client: string
  /** Tokens to compute before its answer begins. */
  readonly tokens: number
  /** How often a later one was taken before it. */
  readonly passedOver: number
}

/** Prompts up to this long are answered before longer ones: what an editor asks with every key is. */
const short = 256
/** How often the longest prompt must let others go first. */
const patience = 8

/**
 * Places of the waiting, the next one first: who has been passed over too often, then the short before the long, then
 * the client that has had least, then in order of arrival.
 *
 * @param served tokens that each client has had while others waited
 */
export function order(waiting: readonly Waiting[], served: ReadonlyMap<string, number>): number[] {
  const rank = (place: number) => {
    const { client, tokens, passedOver } = waiting[place] as Waiting
    return [passedOver >= patience ? 0 : 1, tokens <= short ? 0 : 1, served.get(client) ?? 0, place]
  }
  return waiting
    .map((_, place) => ({ place, rank: rank(place) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ place }) => place)
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] as number)
    if (difference !== 0) return difference
  }
  return 0
}

/** Requests without a slot, taken out in fair order. */
export class FairQueue<T> {
  readonly #measure: (item: T) => { readonly client: string; readonly tokens: number }
  #waiting: { readonly item: T; passedOver: number }[] = []
  #served = new Map<string, number>()

  constructor(measure: (item: T) => { readonly client: string; readonly tokens: number }) {
    this.#measure = measure
  }

  get length(): number {
    return this.#waiting.length
  }

  add(item: T): void {
    const { client } = this.#measure(item)
    // A client that comes anew begins where the one begins that has had least, not with all its past unspent.
    if (!this.#served.has(client)) this.#served.set(client, Math.min(...this.#served.values(), Infinity))
    if (this.#served.get(client) === Number.POSITIVE_INFINITY) this.#served.set(client, 0)
    this.#waiting.push({ item, passedOver: 0 })
  }

  remove(item: T): void {
    this.#waiting = this.#waiting.filter(each => each.item !== item)
    this.#forget()
  }

  /** The waiting, the next one first. */
  inOrder(): T[] {
    const views = this.#waiting.map(({ item, passedOver }) => ({ ...this.#measure(item), passedOver }))
    return order(views, this.#served).map(place => (this.#waiting[place] as { item: T }).item)
  }

  /** `item` has got its slot. */
  taken(item: T): void {
    const { client, tokens } = this.#measure(item)
    this.#served.set(client, (this.#served.get(client) ?? 0) + tokens)
    for (const each of this.#waiting) {
      if (each.item === item) break
      each.passedOver++
    }
    this.remove(item)
  }

  #forget(): void {
    if (this.#waiting.length === 0) this.#served = new Map()
  }
}
