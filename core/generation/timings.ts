import type { WireTimings } from '../contract/openai.ts'
import type { AnswerDelta } from './interpret.ts'

/** How long an answer took, as llama.cpp's server tells it. */
export function wireTimings({
  usage,
  timings,
}: Pick<Extract<AnswerDelta, { type: 'end' }>, 'usage' | 'timings'>): WireTimings {
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
    ...(timings.speculation && {
      draft_n: timings.speculation.drafted,
      draft_n_accepted: timings.speculation.accepted,
    }),
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
