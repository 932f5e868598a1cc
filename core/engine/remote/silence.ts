import type { Connection } from './connection.ts'

/**
 * A server that reads a long prompt is silent, and so is one that hangs. After a while of silence it is asked whether
 * it lives; `signal` aborts when it does not answer that either.
 */
export class SilenceWatch {
  readonly #abort = new AbortController()
  readonly #timer: NodeJS.Timeout
  #heard = true
  #asking = false

  constructor(connection: Connection, url: string) {
    this.#timer = setInterval(() => void this.#look(connection, url), connection.pace.silence)
    this.#timer.unref()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  heard(): void {
    this.#heard = true
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(connection: Connection, url: string): Promise<void> {
    if (this.#heard || this.#asking) {
      this.#heard = false
      return
    }
    this.#asking = true
    try {
      await connection.mustLive(url, this.#abort.signal)
    } catch (error) {
      this.#abort.abort(error)
      this.stop()
    } finally {
      this.#asking = false
    }
  }
}
