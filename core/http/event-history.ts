import { randomBytes } from 'node:crypto'
import { momentaryTopics, type StreamTopic, type Topic, type TopicData } from '../contract/events.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import { Subscription } from './subscription.ts'

/** A frame as it goes over the wire: serialised once, however many listen. */
export interface WireFrame {
  readonly topic: Topic | StreamTopic
  readonly seq: number
  /** `epoch:seq`, for `Last-Event-ID`. */
  readonly id: string
  readonly text: string
}

/** Some minutes of a busy core; about 300 bytes each. */
const keptFrames = 1000
const heartbeatMilliseconds = 5000

/**
 * The facts of this run, numbered from 1, the last thousand of them kept so that a reader who was away for a moment
 * misses none. Heartbeats run only while somebody listens: an idle core has no timer.
 */
export class EventHistory {
  readonly epoch = `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #frames: WireFrame[] = []
  readonly #subscriptions = new Set<Subscription>()
  #seq = 0
  readonly #watchers = new Set<() => void>()
  #stopListening: (() => void) | undefined
  #stopHeart: (() => void) | undefined

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus
    this.#clock = clock
  }

  start(): void {
    this.#stopListening = this.#bus.listen((topic, data) => this.#add(topic, data))
  }

  stop(): void {
    this.#stopListening?.()
    this.#stopHeart?.()
    for (const subscription of this.#subscriptions) subscription.close()
  }

  get subscribers(): number {
    return this.#subscriptions.size
  }

  /** Whether anybody reads the facts of a topic now. */
  hasReaders(topic: Topic): boolean {
    return [...this.#subscriptions].some(subscription => subscription.wants(topic))
  }

  /** Calls back when readers come, go, or follow other topics. @returns what ends that */
  watchReaders(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * A heartbeat, then what came after `after` (an event id) as far as it is kept, then what comes. Where something is
   * missing a `stream.gap` stands in its place. Ends with `stop()` or the subscription's own `close()`.
   */
  subscribe(options: { readonly topics?: string; readonly after?: string } = {}): Subscription {
    const subscription = new Subscription(topicFilter(options.topics), {
      gap: lost => this.#control('stream.gap', { lost }),
      onClose: () => {
        this.#subscriptions.delete(subscription)
        if (this.#subscriptions.size === 0) this.#stopHeart?.()
        this.#readersChanged()
      },
      onFollow: () => this.#readersChanged(),
    })
    subscription.push(this.#control('stream.heartbeat', {}))
    if (options.after !== undefined) this.#replay(subscription, options.after)
    this.#subscriptions.add(subscription)
    if (this.#subscriptions.size === 1) this.#beat()
    this.#readersChanged()
    return subscription
  }

  #replay(subscription: Subscription, after: string): void {
    const { epoch, seq } = parseEventId(after)
    if ((epoch !== null && epoch !== this.epoch) || seq > this.#seq) {
      subscription.push(this.#control('stream.gap', { lost: null }))
      return
    }
    const oldest = this.#frames[0]?.seq ?? this.#seq + 1
    if (seq + 1 < oldest) subscription.push(this.#control('stream.gap', { lost: oldest - seq - 1 }))
    for (const frame of this.#frames) if (frame.seq > seq) subscription.push(frame)
  }

  #readersChanged(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #add<T extends Topic>(topic: T, data: TopicData<T>): void {
    if (momentaryTopics.has(topic)) {
      if (!this.hasReaders(topic)) return
      const frame = this.#frame(topic, data)
      for (const subscription of this.#subscriptions) subscription.push(frame)
      return
    }
    this.#seq++
    const frame = this.#frame(topic, data)
    this.#frames.push(frame)
    if (this.#frames.length > keptFrames) this.#frames.shift()
    for (const subscription of this.#subscriptions) subscription.push(frame)
  }

  #control(topic: StreamTopic, data: object): WireFrame {
    return this.#frame(topic, data)
  }

  #frame(topic: Topic | StreamTopic, data: unknown): WireFrame {
    const text = JSON.stringify({ epoch: this.epoch, seq: this.#seq, time: this.#clock.now(), topic, data })
    return { topic, seq: this.#seq, id: `${this.epoch}:${this.#seq}`, text }
  }

  #beat(): void {
    this.#stopHeart = this.#clock.after(heartbeatMilliseconds, () => {
      for (const subscription of this.#subscriptions) subscription.push(this.#control('stream.heartbeat', {}))
      if (this.#subscriptions.size > 0) this.#beat()
    })
  }
}

/** `epoch:seq`, or a bare seq of the present run. What is neither counts as long ago. */
export function parseEventId(id: string): { epoch: string | null; seq: number } {
  const match = /^(?:([a-z0-9]+):)?(\d{1,15})$/.exec(id)
  if (!match) return { epoch: '', seq: 0 }
  return { epoch: match[1] ?? null, seq: Number(match[2]) }
}

/** `model.` passes all topics that begin so, `model.changed` the one. The stream's own topics always pass, momentary ones only where they are named. */
export function topicFilter(topics: string | undefined): (topic: string) => boolean {
  const wanted = (topics ?? '').split(',').flatMap(part => part.trim() || [])
  if (wanted.length === 0) return topic => !momentaryTopics.has(topic)
  return topic =>
    topic.startsWith('stream.') ||
    wanted.some(part => (part.endsWith('.') ? topic.startsWith(part) : topic === part))
}
