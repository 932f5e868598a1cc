import type { Topic, TopicData } from '../../core/contract/events.ts'
import type { StartedCore } from './core.ts'

interface Heard<T extends Topic = Topic> {
  readonly topic: T
  readonly data: TopicData<T>
  /** When it happened, by the core's clock, which is this process's too. */
  readonly time: number
}

/** A reader of the core's event stream, over its socket. */
export class EventReader implements AsyncDisposable {
  readonly #heard: Heard[] = []
  readonly #leave = new AbortController()
  readonly #waiting = new Set<() => void>()
  #reading: Promise<void> = Promise.resolve()

  static async open(core: StartedCore): Promise<EventReader> {
    const reader = new EventReader()
    const response = await core.socketFetch('http://impetus/api/events', { signal: reader.#leave.signal })
    if (!response.ok || response.body === null) throw new Error(`No events: ${response.status}`)
    reader.#reading = reader.#read(response.body).catch(error => {
      if (!reader.#leave.signal.aborted) throw error
    })
    return reader
  }

  /** The events of a topic that have come so far. */
  all<T extends Topic>(topic: T): Heard<T>[] {
    return this.#heard.filter((one): one is Heard<T> => one.topic === topic)
  }

  /** The first event that fits, past or future. */
  async next<T extends Topic>(
    topic: T,
    fits: (data: TopicData<T>) => boolean = () => true,
    milliseconds = 10_000,
  ): Promise<Heard<T>> {
    const deadline = performance.now() + milliseconds
    for (;;) {
      const found = this.all(topic).find(one => fits(one.data))
      if (found !== undefined) return found
      const left = deadline - performance.now()
      if (left <= 0)
        throw new Error(
          `No fitting ${topic} within ${milliseconds} ms; heard ${JSON.stringify(this.all(topic).slice(-5))}`,
        )
      await new Promise<void>(resolve => {
        this.#waiting.add(resolve)
        setTimeout(resolve, left)
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave.abort()
    await this.#reading
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true })
      const frames = text.split('\n\n')
      text = frames.pop() ?? ''
      for (const frame of frames) this.#take(frame)
    }
  }

  #take(frame: string): void {
    const line = frame.split('\n').find(one => one.startsWith('data: '))
    if (line === undefined) return
    this.#heard.push(JSON.parse(line.slice('data: '.length)) as Heard)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
