import type { CompletionRequest, WirePrompt } from '../../contract/completions.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { GenerateRequest, Prompt } from '../../engine/engine.ts'
import { limitOf, mustBeOne, samplingOf, stopsOf } from '../sampling.ts'

/**
 * OpenAI's completion request as the engine's.
 *
 * @throws `invalid_value`, with the field at fault
 */
export function completionRequest(body: CompletionRequest): GenerateRequest {
  mustBeOne(body)
  return {
    prompt: promptOf(onePrompt(body.prompt), body.suffix ?? ''),
    ...limitOf(body.max_tokens),
    stop: stopsOf(body),
    sampling: samplingOf(body),
  }
}

/** A list of one prompt is that prompt; a list of numbers is the tokens of one. */
function onePrompt(prompt: WirePrompt): string | number[] {
  if (!isList(prompt)) return prompt
  const [first, ...more] = prompt
  if (first !== undefined && more.length === 0) return first
  throw new ImpetusError(
    'invalid_value',
    `"prompt" holds ${prompt.length} prompts: one at a time is answered. Send a request for each.`,
    { param: 'prompt' },
  )
}

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
    {
      param: 'suffix',
    },
  )
}
