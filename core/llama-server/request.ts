import { ImpetusError } from '../contract/errors.ts'
import type { Common, CompletionRequest, InfillRequest } from '../contract/llama-server.ts'
import type { Prompt, Sampling } from '../engine/engine.ts'
import type { AnswerRequest } from '../generation/types.ts'

/** @throws `invalid_value`, with the field at fault */
export function completionRequest(body: CompletionRequest): AnswerRequest {
  const { prompt } = body
  return { ...limitsOf(body), prompt: typeof prompt === 'string' ? textOf(prompt) : partsOf(prompt) }
}

/** @throws `invalid_value`, with the field at fault */
export function infillRequest(body: InfillRequest): AnswerRequest {
  const { input_prefix, input_suffix, input_extra, prompt } = body
  const extra = (input_extra ?? []).map(
    ({ filename, text }) => `--- ${filename || 'snippet'} ---\n\n${text}\n\n`,
  )
  const prefix = extra.join('') + (input_prefix ?? '') + (prompt ?? '')
  return { ...limitsOf(body), prompt: { kind: 'infill', prefix, suffix: input_suffix ?? '' } }
}

/** Whether only the prompt is to be computed, to be at hand for the next request. */
export function isWarmUp({ n_predict }: Common): boolean {
  return n_predict === 0
}

function textOf(text: string): Prompt {
  return { kind: 'text', text }
}

function partsOf(prompt: readonly number[] | readonly [string]): Prompt {
  const [first] = prompt
  return typeof first === 'string' ? textOf(first) : { kind: 'tokens', tokens: prompt as readonly number[] }
}

function limitsOf(body: Common): Omit<AnswerRequest, 'prompt'> {
  mustBeEmpty(body.grammar, 'grammar')
  mustBeEmpty(body.json_schema, 'json_schema')
  const { n_predict, stop } = body
  // The engine computes nothing for an answer of no tokens.
  const limit = isWarmUp(body) ? 1 : n_predict
  return {
    ...(limit != null && limit >= 0 && { maxTokens: limit }),
    stop: (typeof stop === 'string' ? [stop] : (stop ?? [])).filter(text => text !== ''),
    sampling: samplingOf(body),
  }
}

function samplingOf(body: Common): Sampling {
  const { temperature, top_k, top_p, min_p, seed, repeat_penalty, presence_penalty, frequency_penalty } = body
  return {
    ...(temperature != null && { temperature: Math.max(0, temperature) }),
    ...(top_k != null && { topK: Math.max(0, top_k) }),
    ...(top_p != null && { topP: top_p }),
    ...(min_p != null && { minP: min_p }),
    // The sampler takes 32 bits. Below 0 asks for a new seed each time.
    ...(seed != null && seed >= 0 && { seed: Number(BigInt.asUintN(32, BigInt(seed))) }),
    ...(repeat_penalty != null && { repeatPenalty: repeat_penalty }),
    ...(presence_penalty != null && { presencePenalty: presence_penalty }),
    ...(frequency_penalty != null && { frequencyPenalty: frequency_penalty }),
  }
}

function mustBeEmpty(value: unknown, field: string): void {
  if (value == null || value === '') return
  if (typeof value === 'object' && Object.keys(value).length === 0) return
  throw new ImpetusError(
    'invalid_value',
    `"${field}" is not supported here: use response_format with /v1/chat/completions.`,
    { param: field },
  )
}
