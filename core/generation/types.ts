import type { ImpetusError } from '../contract/errors.ts'
import type { GenerateRequest, LoadedModel } from '../engine/engine.ts'
import type { AnswerDelta } from './interpret.ts'
import type { ChatOptions } from './plan.ts'

/** Who asked, for the log and the event stream. */
export interface RequestMeta {
  readonly requestId: string
  readonly route: string
  /** The User-Agent as sent. */
  readonly client: string | null
  /** Of the API key, where one was sent. */
  readonly keyName: string | null
}

/** A dialect's request. Of a chat the generator makes what the model's template and notation need. */
export interface AnswerRequest extends Omit<GenerateRequest, 'grammar' | 'markers' | 'reasoning'> {
  /** For chats: tool choice, the answer's format, reasoning. Absent: the model decides. */
  readonly options?: ChatOptions
}

export interface OpenRequest {
  /** An installed model's id (see `Library.resolve`). */
  readonly modelId: string
  readonly request: AnswerRequest
  readonly meta: RequestMeta
  /** How long the model stays in memory after this answer, as `Residency.acquire` has it. */
  readonly keepMilliseconds?: number
}

/** A request that is known to be good, with its model held until it is disposed. */
export interface Generation extends AsyncDisposable {
  readonly model: Pick<LoadedModel, 'id' | 'facts' | 'detokenize' | 'score'>
  readonly promptTokens: number
  /**
   * What the engine says after `start`, the last one `end`. Can be read once. Leaving the loop early ends the work.
   * Throws the engine's error, or the signal's reason when aborted.
   */
  readonly deltas: AsyncIterable<AnswerDelta>
}

/** The one way from a dialect to an engine. */
export interface Generator {
  /**
   * Loads the model if it must, renders and tokenises, and resolves once the request is known to be good, so that its
   * errors until then are real statuses. Rejects with the residency's or the engine's error, `shutting_down` while
   * draining, or the signal's reason.
   */
  open(input: OpenRequest, signal: AbortSignal): Promise<Generation>
}

/** Every request between `open` and its end, for status, drain and shutdown. */
export interface ActiveRequests {
  readonly count: number
  /** From now on `open` rejects with `shutting_down`. */
  refuseNew(): void
  /** Fulfils once no request is active; at once when none is. */
  idle(): Promise<void>
  /** Ends every request with this error; their streams end in an error event. */
  endAll(error: ImpetusError): void
}
