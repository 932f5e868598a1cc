import { randomBytes } from 'node:crypto'
import type { WireTimings, WireUsage } from '../contract/openai.ts'
import type { Likelihood } from '../engine/engine.ts'
import type { AnswerDelta, AnswerEnd } from '../generation/interpret.ts'

export type { AnswerDelta, AnswerEnd as End }

/** What every event of one answer, and the whole answer, begin with. */
export interface Head {
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
  readonly model: string
  readonly system_fingerprint: string
}

export function newHead(prefix: 'chatcmpl' | 'cmpl', model: string, version: string): Head {
  return {
    id: `${prefix}-${randomBytes(16).toString('hex')}`,
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: `impetus-${version}`,
  }
}

export function wireUsage({ usage }: AnswerEnd): WireUsage {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }
}

export function wireTimings({ usage, timings }: AnswerEnd): WireTimings {
  const computed = usage.promptTokens - usage.cachedTokens
  const prompt = rates(computed, timings.prefill)
  const predicted = rates(usage.completionTokens, timings.decode)
  return {
    queued_ms: rounded(timings.queued),
    cache_n: usage.cachedTokens,
    prompt_n: computed,
    prompt_ms: rounded(timings.prefill),
    prompt_per_token_ms: prompt.perToken,
    prompt_per_second: prompt.perSecond,
    predicted_n: usage.completionTokens,
    predicted_ms: rounded(timings.decode),
    predicted_per_token_ms: predicted.perToken,
    predicted_per_second: predicted.perSecond,
  }
}

/** 0 where nothing was done: JSON has no infinity. */
function rates(tokens: number, milliseconds: number): { perToken: number; perSecond: number } {
  return {
    perToken: tokens > 0 ? rounded(milliseconds / tokens) : 0,
    perSecond: milliseconds > 0 ? rounded((tokens * 1000) / milliseconds) : 0,
  }
}

/** To a microsecond, which is more than is known. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** JSON has no infinity; OpenAI writes this for what cannot be. */
const leastLogprob = -9999

export function wireLikelihood({ text, bytes, logprob }: Likelihood) {
  return { token: text, logprob: Math.max(logprob, leastLogprob), bytes: [...bytes] }
}
