import type { Duplex } from 'node:stream'
import { encodeFrame } from '../frames.ts'
import type { RunnerMessage, TextPart } from '../protocol.ts'

/** Bytes that may wait for the core before the engine stops making more. */
const mostWaiting = 1024 * 1024

/**
 * What goes to the core. Text is gathered and sent once per turn of the event loop, so that all the tokens of a step
 * (and of several, when steps are faster than the pipe) share one frame; by then the next step is already computing.
 * Other messages keep their place after the text that came before them.
 */
export class Outbox {
  readonly #pipe: Duplex
  #parts: TextPart[] = []
  #scheduled = false

  constructor(pipe: Duplex) {
    this.#pipe = pipe
  }

  text(id: number, text: string, tokens: number, logprobs?: TextPart[3]): void {
    this.#parts.push(logprobs === undefined ? [id, text, tokens] : [id, text, tokens, logprobs])
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  tell(message: RunnerMessage): void {
    this.#flush()
    this.#pipe.write(encodeFrame(message))
  }

  /** Undefined while the core keeps up; else fulfils when it has caught up. */
  ready(): Promise<void> | undefined {
    if (this.#pipe.writableLength < mostWaiting) return undefined
    return new Promise(resolve => this.#pipe.once('drain', resolve))
  }

  #flush(): void {
    if (this.#parts.length === 0) return
    this.#pipe.write(encodeFrame({ t: 'text', parts: this.#parts } satisfies RunnerMessage))
    this.#parts = []
  }
}
