import { ImpetusError } from '../contract/errors.ts'
import { DeltaQueue } from './delta-queue.ts'
import type {
  ChatPrompt,
  Delta,
  Embeddings,
  EmbedRequest,
  Ended,
  GenerateRequest,
  LoadedFacts,
  LoadedModel,
  Ranking,
  RankRequest,
  ScoredToken,
  ScoreRequest,
} from './engine.ts'
import { matrix } from './numbers.ts'
import type { CoreMessage, RunnerMessage } from './protocol.ts'
import type { RunnerLink } from './runner-link.ts'

/** Milliseconds that a runner gets to end by itself. */
const closeGrace = 1_000

type Answer =
  | Exclude<Delta, { type: 'reasoning' | 'toolCall' }>
  | { readonly type: 'result'; readonly value: string | readonly number[] }
  | { readonly type: 'scores'; readonly tokens: readonly ScoredToken[] }
  | { readonly type: 'numbers'; readonly rows: readonly Float32Array[]; readonly promptTokens: number }
type Asked = Exclude<CoreMessage, { t: 'load' | 'abort' }>
/** A request before it has its number. */
type Question = Asked extends infer M ? (M extends Asked ? Omit<M, 'id'> : never) : never

/** A model in a runner process. Each request has a number and a queue that the runner's messages about it go into. */
export class LlamaModel implements LoadedModel {
  readonly id: string
  readonly facts: LoadedFacts
  readonly ended: Promise<Ended>
  readonly #link: RunnerLink
  readonly #templateDeadline: () => number
  readonly #queues = new Map<number, DeltaQueue<Answer>>()
  readonly #rendering = new Map<number, NodeJS.Timeout>()
  #lastId = 0
  /** Once set, no request can succeed any more. */
  #gone: ImpetusError | undefined

  constructor(id: string, facts: LoadedFacts, link: RunnerLink, templateDeadline: () => number) {
    this.id = id
    this.facts = facts
    this.#link = link
    this.#templateDeadline = templateDeadline
    this.ended = link.ended.then(ended => this.#end(ended))
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Delta> {
    using asked = this.#ask({ t: 'generate', request }, signal)
    for (;;) {
      const answer = await asked.queue.take()
      if (answer.type === 'result' || answer.type === 'numbers' || answer.type === 'scores') continue
      if (answer.type === 'end') asked.finished()
      yield answer
      if (answer.type === 'end') return
    }
  }

  render(chat: ChatPrompt, signal: AbortSignal): Promise<string> {
    return this.#result({ t: 'render', chat }, signal).then(String)
  }

  async tokenize(text: string, { special }: { special: boolean }, signal: AbortSignal): Promise<number[]> {
    const tokens = await this.#result({ t: 'tokenize', text, special }, signal)
    return typeof tokens === 'string' ? [] : [...tokens]
  }

  detokenize(tokens: readonly number[], signal: AbortSignal): Promise<string> {
    return this.#result({ t: 'detokenize', tokens }, signal).then(String)
  }

  async embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings> {
    const { rows, promptTokens } = await this.#numbers({ t: 'embed', request }, signal)
    return { vectors: rows, promptTokens }
  }

  async rank(request: RankRequest, signal: AbortSignal): Promise<Ranking> {
    const { rows, promptTokens } = await this.#numbers({ t: 'rank', request }, signal)
    return { scores: rows.map(([score = 0]) => score), promptTokens }
  }

  async score(request: ScoreRequest, signal: AbortSignal): Promise<readonly ScoredToken[]> {
    const answer = await this.#one({ t: 'score', request }, signal)
    if (answer.type !== 'scores') throw otherAnswer()
    return answer.tokens
  }

  dispose(): Promise<void> {
    return this.#link.close(closeGrace)
  }

  /** What the runner says about this model's requests. */
  take(message: RunnerMessage): void {
    switch (message.t) {
      case 'text':
        for (const [id, text, tokens, logprobs] of message.parts)
          this.#queues.get(id)?.put({ type: 'text', text, tokens, ...(logprobs && { logprobs }) })
        break
      case 'rendering':
        this.#startRendering(message.id)
        break
      case 'start':
        this.#stopRendering(message.id)
        this.#queues.get(message.id)?.put({ type: 'start', promptTokens: message.promptTokens })
        break
      case 'end': {
        const { t: _, id, ...end } = message
        this.#queues.get(id)?.put({ type: 'end', ...end })
        break
      }
      case 'result':
        this.#stopRendering(message.id)
        this.#queues.get(message.id)?.put({ type: 'result', value: message.value })
        break
      case 'scores':
        this.#queues.get(message.id)?.put({ type: 'scores', tokens: message.tokens })
        break
      case 'numbers': {
        const { id, data, promptTokens } = message
        this.#queues.get(id)?.put({ type: 'numbers', rows: matrix(data, message.rows), promptTokens })
        break
      }
      case 'error':
        this.#stopRendering(message.id)
        this.#queues
          .get(message.id)
          ?.fail(
            new ImpetusError(
              message.code,
              message.message,
              message.param === undefined ? {} : { param: message.param },
            ),
          )
        break
    }
  }

  async #result(question: Question, signal: AbortSignal): Promise<string | readonly number[]> {
    const answer = await this.#one(question, signal)
    if (answer.type !== 'result') throw otherAnswer()
    return answer.value
  }

  async #numbers(question: Question, signal: AbortSignal): Promise<Extract<Answer, { type: 'numbers' }>> {
    const answer = await this.#one(question, signal)
    if (answer.type !== 'numbers') throw otherAnswer()
    return answer
  }

  async #one(question: Question, signal: AbortSignal): Promise<Answer> {
    using asked = this.#ask(question, signal)
    const answer = await asked.queue.take()
    asked.finished()
    return answer
  }

  /** Sends a request; leaving the scope without `finished()` tells the runner to forget it. */
  #ask(
    question: Question,
    signal: AbortSignal,
  ): Disposable & { readonly queue: DeltaQueue<Answer>; finished(): void } {
    signal.throwIfAborted()
    if (this.#gone !== undefined) throw this.#gone
    const id = ++this.#lastId
    const queue = new DeltaQueue<Answer>()
    this.#queues.set(id, queue)
    let finished = false
    const forget = () => {
      if (!this.#queues.delete(id)) return
      if (!finished) this.#link.send({ t: 'abort', id })
    }
    const abort = () => {
      forget()
      queue.abort(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    this.#link.send({ ...question, id } as Asked)
    return {
      queue,
      finished: () => {
        finished = true
      },
      [Symbol.dispose]: () => {
        signal.removeEventListener('abort', abort)
        forget()
      },
    }
  }

  /** The runner cannot be interrupted while it renders, so one that takes too long is ended. */
  #startRendering(id: number): void {
    const deadline = this.#templateDeadline()
    const overrun = () => {
      this.#queues
        .get(id)
        ?.fail(
          new ImpetusError(
            'template_error',
            `The model's chat template took over ${deadline / 1000} s for these messages.`,
          ),
        )
      this.#link.kill({ by: 'hang', reason: 'its chat template did not come to an end' })
    }
    this.#rendering.set(id, setTimeout(overrun, deadline))
  }

  #stopRendering(id: number): void {
    clearTimeout(this.#rendering.get(id))
    this.#rendering.delete(id)
  }

  #end(ended: Ended): Ended {
    this.#gone = goneError(ended)
    for (const timer of this.#rendering.values()) clearTimeout(timer)
    for (const queue of this.#queues.values()) queue.fail(this.#gone)
    return ended
  }
}

function otherAnswer(): ImpetusError {
  return new ImpetusError('internal_error', 'The runner answered something else than was asked.')
}

/** What a request hears when its runner is gone. */
function goneError(ended: Ended): ImpetusError {
  switch (ended.by) {
    case 'dispose':
      return new ImpetusError(
        'engine_crashed',
        'The model was unloaded while it answered. Send the request again.',
      )
    case 'hang':
      return new ImpetusError(
        'engine_hung',
        `The model's process hung (${ended.reason}) and was ended. Send the request again: it is loaded anew.`,
      )
    case 'crash':
      return new ImpetusError(
        'engine_crashed',
        `The model's process died (${ended.reason}). Send the request again: it is loaded anew.`,
      )
  }
}
