import type { WireFrame } from './event-history.ts'

interface SubscriptionParts {
  /** The frame that stands for this many lost ones. */
  readonly gap: (lost: number) => WireFrame
  readonly onClose: () => void
  /** It follows other topics than before. */
  readonly onFollow: () => void
}

/** A reader that is this far behind has stopped reading; what it misses is told as a gap. A whole history fits. */
const longestQueue = 2000

/** One reader of the event stream: a bounded queue between the bus and a connection. */
export class Subscription implements AsyncIterable<WireFrame> {
  readonly #wants: (topic: string) => boolean
  readonly #parts: SubscriptionParts
  #followed: ReadonlySet<string> = new Set()
  #queue: WireFrame[] = []
  #lost = 0
  #closed = false
  #wake: (() => void) | undefined

  constructor(wants: (topic: string) => boolean, parts: SubscriptionParts) {
    this.#wants = wants
    this.#parts = parts
  }

  /** Besides what it asked for at first: exactly these topics, in place of those before. */
  follow(topics: readonly string[]): void {
    if (this.#closed) return
    this.#followed = new Set(topics)
    this.#parts.onFollow()
  }

  wants(topic: string): boolean {
    return this.#wants(topic) || this.#followed.has(topic)
  }

  push(frame: WireFrame): void {
    if (this.#closed || !this.wants(frame.topic)) return
    if (this.#queue.length >= longestQueue) {
      this.#lost += this.#queue.length
      this.#queue = []
    }
    this.#queue.push(frame)
    this.#wake?.()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#parts.onClose()
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WireFrame> {
    try {
      // What was told before the end still arrives.
      while (!this.#closed || this.#queue.length > 0) {
        if (this.#queue.length === 0) {
          await new Promise<void>(resolve => {
            this.#wake = resolve
          })
          continue
        }
        if (this.#lost > 0) {
          const lost = this.#lost
          this.#lost = 0
          yield this.#parts.gap(lost)
        }
        const batch = this.#queue
        this.#queue = []
        yield* batch
      }
    } finally {
      this.close()
    }
  }
}
