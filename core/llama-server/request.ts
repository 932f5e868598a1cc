import { ImpetusError } from '../contract/errors.ts'
import type { Common, CompletionRequest, InfillRequest } from '../contract/llama-server.ts'
import type { Prompt, Sampling } from '../engine/engine.ts'
import { checkGbnf } from '../generation/grammar/gbnf.ts'
import type { ChatOptions } from '../generation/plan.ts'
import { samplingOf, stopsOf } from '../generation/sampling.ts'
import type { AnswerRequest } from '../generation/types.ts'

/** One request for each prompt. @throws `invalid_value`, `unsupported_content`, with the field at fault */
export function completionRequests(body: CompletionRequest): readonly AnswerRequest[] {
  const rest = limitsOf(body)
  return promptsOf(body.prompt).map(prompt => ({ ...rest, prompt }))
}

/** @throws `invalid_value`, `unsupported_content`, with the field at fault */
export function infillRequest(body: InfillRequest): AnswerRequest {
  const { input_prefix, input_suffix, input_extra, prompt } = body
  const extra = (input_extra ?? []).map(({ filename, text }) => ({ name: filename || 'snippet', text }))
  const gap = { prefix: (input_prefix ?? '') + (prompt ?? ''), suffix: input_suffix ?? '' }
  return { ...limitsOf(body), prompt: { kind: 'infill', ...gap, ...(extra.length > 0 && { extra }) } }
}

/** Whether only the prompt is to be computed, to be at hand for the next request. */
export function isWarmUp({ n_predict }: Common): boolean {
  return n_predict === 0
}

/** Whether the answer is a list, as it is for whatever asks for several. */
export function asksForSeveral({ n_cmpl, prompt }: Common & { readonly prompt?: unknown }): boolean {
  return (n_cmpl ?? 1) > 1 || (Array.isArray(prompt) && prompt.length > 1 && typeof prompt[0] !== 'number')
}

function promptsOf(prompt: CompletionRequest['prompt']): readonly Prompt[] {
  if (typeof prompt === 'string') return [{ kind: 'text', text: prompt }]
  if (!Array.isArray(prompt)) throw textOnly('prompt')
  const [first] = prompt
  if (first === undefined || typeof first === 'number')
    return [{ kind: 'tokens', tokens: prompt as number[] }]
  return prompt.map(one =>
    typeof one === 'string' ? { kind: 'text', text: one } : { kind: 'tokens', tokens: one as number[] },
  )
}

function limitsOf(body: Common): Omit<AnswerRequest, 'prompt'> {
  if (body.image_data != null && body.image_data.length > 0) throw textOnly('image_data')
  const { n_predict, n_probs, return_tokens, t_max_predict_ms } = body
  const options = outputOf(body)
  // The engine computes nothing for an answer of no tokens.
  const limit = isWarmUp(body) ? 1 : n_predict
  return {
    ...(limit != null && limit >= 0 && { maxTokens: limit }),
    ...(t_max_predict_ms != null && t_max_predict_ms > 0 && { timeLimit: t_max_predict_ms }),
    stop: stopsOf(body),
    sampling: samplingFields(body),
    ...((n_probs || return_tokens) && { logprobs: { top: n_probs ?? 0 } }),
    ...(options && { options }),
  }
}

/** A grammar comes before a schema, as in llama.cpp's server. With an empty one beside it an empty schema is none too. */
function outputOf({ grammar, json_schema: schema }: Common): ChatOptions | undefined {
  if (grammar != null && grammar !== '') {
    checkGbnf(grammar, 'grammar')
    return { grammar }
  }
  if (schema == null || (grammar === '' && Object.keys(schema).length === 0)) return undefined
  return { output: { kind: 'schema', schema, param: 'json_schema' } }
}

function samplingFields(body: Common): Sampling {
  const { temperature, seed, logit_bias, ...rest } = body
  return samplingOf({
    ...rest,
    ...(temperature != null && { temperature: Math.max(0, temperature) }),
    // Below 0 asks for a new seed each time.
    ...(seed != null && seed >= 0 && { seed }),
    ...(logit_bias != null && { logit_bias: biasesOf(logit_bias) }),
  })
}

/** What could never be said is as unlikely as OpenAI's least bias makes it. */
const never = -100

function biasesOf(given: NonNullable<Common['logit_bias']>): Record<string, number> {
  const pairs = Array.isArray(given) ? given : Object.entries(given)
  return Object.fromEntries(pairs.map(([token, bias]) => [token, bias === false ? never : bias]))
}

function textOnly(param: string): ImpetusError {
  return new ImpetusError('unsupported_content', 'This model reads text only: leave the images out.', {
    param,
  })
}
