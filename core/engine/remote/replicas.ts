/** One address of a server that runs at several. */
export interface ReplicaView {
  readonly url: string
  /** Requests that it is busy with, from here. */
  readonly active: number
  /** Requests it has been given so far. */
  readonly given: number
  /** Failures since its last success. */
  readonly failures: number
  /** Before this time (any clock that goes forward) it is asked only when no other is left. */
  readonly retryAt: number
}

/** Longest pause after a failure, and the first one, which doubles. Milliseconds. */
const longestPause = 60_000
const firstPause = 500

/** How long a replica is left alone after so many failures in a row. */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(longestPause, firstPause * 2 ** (failures - 1))
}

/**
 * Which replica to ask next: of those that work the one with the least to do, among equals the one asked less often;
 * then those that have failed, the one that may be back soonest. Undefined when all were tried.
 */
export function chooseReplica(
  replicas: readonly ReplicaView[],
  tried: ReadonlySet<string>,
  now: number,
): ReplicaView | undefined {
  const left = replicas.filter(({ url }) => !tried.has(url))
  const working = left.filter(({ retryAt }) => retryAt <= now)
  if (working.length > 0)
    return working.toSorted((a, b) => a.active - b.active || a.failures - b.failures || a.given - b.given)[0]
  return left.toSorted((a, b) => a.retryAt - b.retryAt)[0]
}

interface Replica extends ReplicaView {
  active: number
  given: number
  failures: number
  retryAt: number
}

/** The replicas of one server, and how they have done. Nothing is asked of them here, and nothing while nobody asks. */
export class Replicas {
  readonly #replicas: readonly Replica[]
  readonly #now: () => number

  constructor(urls: readonly string[], now: () => number = () => performance.now()) {
    this.#replicas = urls.map(url => ({ url, active: 0, given: 0, failures: 0, retryAt: 0 }))
    this.#now = now
  }

  get views(): readonly ReplicaView[] {
    return this.#replicas
  }

  choose(tried: ReadonlySet<string>): ReplicaView | undefined {
    return chooseReplica(this.#replicas, tried, this.#now())
  }

  /** Counts a request as its work until the scope is left. */
  begin(url: string): Disposable {
    const replica = this.#find(url)
    replica.active++
    replica.given++
    return { [Symbol.dispose]: () => replica.active-- }
  }

  succeeded(url: string): void {
    const replica = this.#find(url)
    replica.failures = 0
    replica.retryAt = 0
  }

  failed(url: string): void {
    const replica = this.#find(url)
    replica.failures++
    replica.retryAt = this.#now() + pauseAfter(replica.failures)
  }

  #find(url: string): Replica {
    const replica = this.#replicas.find(one => one.url === url)
    if (replica === undefined) throw new Error(`${url} is no replica of this server.`)
    return replica
  }
}
