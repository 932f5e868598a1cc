import type { ResponseWriter } from './events.ts'

/** A response that is being written. */
export interface Run extends Disposable {
  readonly writer: ResponseWriter
  readonly owner: string
  /** Aborts when somebody cancels it by its id. */
  readonly cancelled: AbortSignal
  cancel(): void
  /** Fulfils when it is not being written any more. */
  readonly ended: Promise<void>
}

/** The responses that are being written, by id. */
export class RunningResponses {
  readonly #runs = new Map<string, Run>()

  /** Dispose it when nothing more is written. */
  begin(writer: ResponseWriter, owner: string): Run {
    const controller = new AbortController()
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const { id } = writer.response
    const run: Run = {
      writer,
      owner,
      cancelled: controller.signal,
      cancel: () => controller.abort(new DOMException('The response was cancelled.', 'AbortError')),
      ended,
      [Symbol.dispose]: () => {
        this.#runs.delete(id)
        resolve()
      },
    }
    this.#runs.set(id, run)
    return run
  }

  find(id: string, owner: string): Run | undefined {
    const run = this.#runs.get(id)
    return run?.owner === owner ? run : undefined
  }
}
