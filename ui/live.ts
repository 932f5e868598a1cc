import type { Frame, StreamTopic, Topic } from '../core/contract/events.ts'

export type LiveState = 'connecting' | 'open' | 'gone' | 'refused'
export type AnyFrame = { [T in Topic]: Frame<T> }[Topic]

/** Heard by those who must fetch anew: facts were lost, or the core is another one than before. */
export type Heard = AnyFrame | { readonly topic: 'gap' }

/** The core speaks every five seconds; three silences and it is gone. */
const silenceMilliseconds = 15_000
const firstWait = 500
const longestWait = 10_000

/**
 * The one WebSocket, for everything that is live. It resumes where it stopped, says so when facts were lost, and
 * connects again by itself, ever more calmly.
 */
export class Live {
  #state: LiveState = 'connecting'
  #socket: WebSocket | undefined
  /** The last frame that came, as the core names it. From the beginning, at first: the core keeps the latest thousand. */
  #after = '0'
  #wait = firstWait
  #silence: number | undefined
  #retry: number | undefined
  /** Momentary topics, with the number of those who want them. */
  readonly #followed = new Map<Topic, number>()
  readonly #listeners = new Set<(heard: Heard) => void>()
  readonly #watchers = new Set<() => void>()

  get state(): LiveState {
    return this.#state
  }

  start(): void {
    this.#connect()
    addEventListener('online', this.connectNow)
  }

  stop(): void {
    removeEventListener('online', this.connectNow)
    clearTimeout(this.#retry)
    clearTimeout(this.#silence)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  /** Calls back for every fact. @returns what ends that */
  listen(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks for a topic that the core tells only to those who name it. @returns what ends that */
  follow(topic: Topic): () => void {
    this.#countFollowers(topic, 1)
    return () => this.#countFollowers(topic, -1)
  }

  /** Calls back when `state` changes and at each attempt that failed. @returns what ends that */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Does not wait for the next attempt. */
  readonly connectNow = (): void => {
    if (this.#state === 'open' || this.#socket?.readyState === WebSocket.CONNECTING) return
    clearTimeout(this.#retry)
    this.#connect()
  }

  #countFollowers(topic: Topic, more: 1 | -1): void {
    const count = (this.#followed.get(topic) ?? 0) + more
    if (count === 0) this.#followed.delete(topic)
    else this.#followed.set(topic, count)
    this.#sendFollowed()
  }

  #sendFollowed(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#socket.send(JSON.stringify({ follow: [...this.#followed.keys()] }))
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}/api/events?after=${this.#after}`)
    this.#socket = socket
    socket.onopen = () => {
      if (this.#followed.size > 0) this.#sendFollowed()
    }
    socket.onmessage = ({ data }) => this.#take(String(data))
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#lost(code === 1008)
    }
    this.#listenForSilence(socket)
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as { topic: Topic | StreamTopic; epoch: string; seq: number }
    if (this.#socket) this.#listenForSilence(this.#socket)
    this.#wait = firstWait
    this.#after = `${frame.epoch}:${frame.seq}`
    this.#enter('open')
    if (frame.topic === 'stream.heartbeat') return
    this.#tell(frame.topic === 'stream.gap' ? { topic: 'gap' } : (frame as unknown as AnyFrame))
  }

  #lost(refused: boolean): void {
    clearTimeout(this.#silence)
    this.#socket = undefined
    this.#enter(refused ? 'refused' : 'gone')
    this.#retry = setTimeout(() => this.#connect(), this.#wait)
    this.#wait = Math.min(longestWait, this.#wait * 2)
  }

  #listenForSilence(socket: WebSocket): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      if (this.#socket !== socket) return
      socket.close()
      this.#lost(false)
    }, silenceMilliseconds)
  }

  #enter(state: LiveState): void {
    if (state === this.#state) {
      if (state !== 'open') this.#alert()
      return
    }
    const wasAway = this.#state === 'gone'
    this.#state = state
    this.#alert()
    // What is shown may be old: the core may have changed without a word while it was away.
    if (state === 'open' && wasAway) this.#tell({ topic: 'gap' })
  }

  #alert(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #tell(heard: Heard): void {
    for (const listener of this.#listeners) listener(heard)
  }
}
