import type { RecentRequest } from '../contract/requests.ts'
import type { CacheMiss } from '../engine/engine.ts'
import type { AnswerDelta, AnswerEnd } from '../generation/interpret.ts'
import type { OpenRequest } from '../generation/types.ts'

export interface Texts {
  readonly prompt: string
  answer: string
}

/** One request from its beginning to its end, filled while it runs. */
export class RequestRecord {
  readonly id: string
  readonly startedAt: number
  /** Undefined where texts are not kept, or not any more. */
  texts: Texts | undefined
  #input: Pick<RecentRequest, 'model' | 'route' | 'client'>
  #began: number
  #state: RecentRequest['state'] = 'active'
  #code: string | null = null
  #end: AnswerEnd | undefined
  #promptTokens = 0
  #completionTokens = 0
  #firstToken: number | null = null
  #took: number | null = null

  constructor(id: string, { modelId, meta }: OpenRequest, times: { wall: number; now: number }) {
    this.id = id
    this.startedAt = times.wall
    this.#began = times.now
    this.#input = { model: modelId, route: meta.route, client: meta.client?.slice(0, 200) ?? null }
  }

  get isActive(): boolean {
    return this.#state === 'active'
  }

  /** Why not more of the prompt was reused. */
  get miss(): CacheMiss | undefined {
    return this.#end?.cache?.miss
  }

  accepted(promptTokens: number): void {
    this.#promptTokens = promptTokens
  }

  see(delta: AnswerDelta, now: number): void {
    if (delta.type === 'end') {
      this.#end = delta
      return
    }
    this.#firstToken ??= now - this.#began
    if ('tokens' in delta) this.#completionTokens += delta.tokens
  }

  close(state: Exclude<RecentRequest['state'], 'active'>, code: string | null, now: number): void {
    if (!this.isActive) return
    this.#state = state
    this.#code = code
    this.#took = now - this.#began
  }

  view(): RecentRequest {
    const usage = this.#end?.usage
    const timings = this.#end?.timings ?? null
    const completionTokens = usage?.completionTokens ?? this.#completionTokens
    const cache = this.#end?.cache
    return {
      id: this.id,
      ...this.#input,
      startedAt: this.startedAt,
      state: this.#state,
      code: this.#code,
      endReason: this.#end?.reason ?? null,
      promptTokens: usage?.promptTokens ?? this.#promptTokens,
      cachedTokens: usage?.cachedTokens ?? 0,
      completionTokens,
      reasoningTokens: usage?.reasoningTokens ?? 0,
      milliseconds: this.#took,
      firstTokenMilliseconds: this.#firstToken,
      timings,
      tokensPerSecond: speed(completionTokens, timings?.decode ?? 0),
      cache:
        cache === undefined
          ? null
          : {
              source: cache.source,
              matchedTokens: cache.matchedTokens,
              reusedTokens: cache.reusedTokens,
              cause: cache.miss?.cause ?? null,
            },
    }
  }
}

/** Null where too little was written to tell. */
function speed(tokens: number, milliseconds: number): number | null {
  return tokens > 1 && milliseconds > 0 ? (tokens / milliseconds) * 1000 : null
}
