import type { Clock } from '../../platform/clock.ts'

/** Less than this in the time allowed is as good as nothing: some 270 bytes a second at the default. */
const leastBytes = 8 * 1024

/** Calls back when a connection has brought next to nothing for a while. */
export class StallWatch implements Disposable {
  readonly #clock: Clock
  readonly #milliseconds: number
  readonly #onStall: () => void
  #bytes = 0
  #excused = false
  #cancel: () => void

  constructor(clock: Clock, milliseconds: number, onStall: () => void) {
    this.#clock = clock
    this.#milliseconds = milliseconds
    this.#onStall = onStall
    this.#cancel = clock.after(milliseconds, () => this.#look())
  }

  saw(bytes: number): void {
    this.#bytes += bytes
  }

  /** It was us who did not read. */
  excuse(): void {
    this.#excused = true
  }

  [Symbol.dispose](): void {
    this.#cancel()
  }

  #look(): void {
    if (this.#bytes < leastBytes && !this.#excused) {
      this.#onStall()
      return
    }
    this.#bytes = 0
    this.#excused = false
    this.#cancel = this.#clock.after(this.#milliseconds, () => this.#look())
  }
}
