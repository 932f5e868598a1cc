import type { Topic, TopicData } from '../contract/events.ts'

type Listener<T extends Topic> = (topic: T, data: TopicData<T>) => void

/**
 * Facts that have happened, told to whoever listens. Commands go by call; nothing may wait for a listener.
 * A listener that throws cannot hurt another one or the teller: its error goes to `onListenerError`.
 */
export class Bus {
  readonly #listeners = new Set<Listener<Topic>>()
  readonly #onListenerError: (error: unknown, topic: Topic) => void

  constructor(onListenerError: (error: unknown, topic: Topic) => void) {
    this.#onListenerError = onListenerError
  }

  tell<T extends Topic>(topic: T, data: TopicData<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(topic, data)
      } catch (error) {
        this.#onListenerError(error, topic)
      }
    }
  }

  /** Hears every topic until the returned function is called. */
  listen(listener: Listener<Topic>): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
