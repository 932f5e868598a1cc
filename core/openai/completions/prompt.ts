import type { CompletionRequest, WirePrompt } from '../../contract/completions.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { Prompt } from '../../engine/engine.ts'
import { limitOf, samplingOf, stopsOf } from '../../generation/sampling.ts'
import type { AnswerRequest } from '../../generation/types.ts'

/** Answers that one request may ask for, over all of its prompts. */
const mostAnswers = 1024

/**
 * OpenAI's completion request as the generator's, one for each prompt.
 *
 * @throws `invalid_value`, with the field at fault
 */
export function completionRequests(body: CompletionRequest): readonly AnswerRequest[] {
  const prompts = isList(body.prompt) ? body.prompt : [body.prompt]
  const each = Math.max(body.n ?? 1, body.best_of ?? 1)
  if (prompts.length * each > mostAnswers) {
    throw new ImpetusError(
      'invalid_value',
      `"prompt" asks for ${prompts.length * each} answers: at most ${mostAnswers} are given at once. Send several requests.`,
      { param: 'prompt' },
    )
  }
  return prompts.map(prompt => ({
    prompt: promptOf(prompt, body.suffix ?? ''),
    ...limitOf(body.max_tokens, body.n_predict),
    stop: stopsOf(body),
    sampling: samplingOf(body),
    ...(body.logprobs != null && { logprobs: { top: body.logprobs } }),
  }))
}

/** A list of numbers is the tokens of one prompt. */
function isList(prompt: WirePrompt): prompt is string[] | number[][] {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' && prompt.length > 0
}

function promptOf(prompt: string | number[], suffix: string): Prompt {
  if (typeof prompt === 'string') {
    return suffix === '' ? { kind: 'text', text: prompt } : { kind: 'infill', prefix: prompt, suffix }
  }
  if (suffix === '') return { kind: 'tokens', tokens: prompt }
  throw new ImpetusError(
    'invalid_value',
    'A prompt of tokens cannot have a suffix: send the prompt as text.',
    { param: 'suffix' },
  )
}
