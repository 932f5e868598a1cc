import type { WireUsage } from '../contract/openai.ts'
import type { AnswerEnd, AnswerDelta as Delta } from '../generation/interpret.ts'
import { randomId } from '../platform/random-id.ts'

export type { AnswerEnd as End }

/** A piece of a call. Of a custom tool's call `arguments` is its input (see `custom.ts`). */
export type CallDelta = Extract<Delta, { type: 'toolCall' }> & { readonly custom?: true }

/** What an answer says. */
export type AnswerDelta = Exclude<Delta, { type: 'toolCall' }> | CallDelta

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
    id: `${prefix}-${randomId()}`,
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: `impetus-${version}`,
  }
}

export function wireUsage({ usage, timings }: AnswerEnd): WireUsage {
  const { drafted = 0, accepted = 0 } = timings.speculation ?? {}
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      accepted_prediction_tokens: accepted,
      rejected_prediction_tokens: drafted - accepted,
    },
  }
}
