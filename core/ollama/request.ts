import { ImpetusError } from '../contract/errors.ts'
import type { ChatRequest, Options } from '../contract/ollama.ts'
import type { ChatPrompt, Sampling } from '../engine/engine.ts'
import type { ChatOptions } from '../generation/plan.ts'
import { samplingOf, stopsOf } from '../generation/sampling.ts'
import type { AnswerRequest } from '../generation/types.ts'

type Common = Pick<ChatRequest, 'options' | 'format' | 'think' | 'keep_alive' | 'logprobs' | 'top_logprobs'>

/** What chat and generate ask for alike, beside the prompt. */
export function limitsOf({
  options,
  logprobs,
  top_logprobs,
}: Common): Omit<AnswerRequest, 'prompt' | 'options'> {
  const { num_predict, stop } = options ?? {}
  return {
    ...(num_predict != null && num_predict >= 0 && { maxTokens: num_predict }),
    stop: stopsOf({ stop }),
    sampling: samplingFields(options ?? {}),
    ...(logprobs && { logprobs: { top: top_logprobs ?? 0 } }),
  }
}

/** Below 0 a seed asks for a new one each time. */
function samplingFields({ seed, ...rest }: Options): Sampling {
  return samplingOf({ ...rest, ...(seed != null && seed >= 0 && { seed }) })
}

/** What is asked of a chat's answer, for the generator and for the template. */
export function wishesOf({ format, think }: Common): {
  readonly options: ChatOptions
  readonly variables: Pick<ChatPrompt, 'templateVariables'>
} {
  const level = typeof think === 'string' && think !== '' ? think : undefined
  const enabled = level === undefined ? think : true
  return {
    options: {
      ...outputOf(format),
      ...(typeof enabled === 'boolean' && { reasoning: { enabled } }),
    },
    variables: level === undefined ? {} : { templateVariables: { reasoning_effort: level } },
  }
}

function outputOf(format: Common['format']): Pick<ChatOptions, 'output'> {
  if (format == null || format === '') return {}
  if (format === 'json') return { output: { kind: 'object' } }
  if (typeof format === 'object') return { output: { kind: 'schema', schema: format, param: 'format' } }
  throw new ImpetusError('invalid_value', '"format" must be "json" or a JSON Schema.', { param: 'format' })
}

/** How long the model is to stay in memory after the answer. @throws `invalid_value` for what is no duration */
export function keepOf({ keep_alive }: Common): { readonly keepMilliseconds?: number } {
  if (keep_alive == null || keep_alive === '') return {}
  const milliseconds = typeof keep_alive === 'number' ? keep_alive * 1000 : durationOf(keep_alive)
  if (milliseconds === undefined) {
    throw new ImpetusError('invalid_value', '"keep_alive" must be seconds, or a duration such as "10m".', {
      param: 'keep_alive',
    })
  }
  return { keepMilliseconds: milliseconds < 0 ? Number.POSITIVE_INFINITY : milliseconds }
}

const units = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A duration as Go writes it (`1h30m`, `-1s`), or a bare number of seconds. */
function durationOf(text: string): number | undefined {
  const bare = Number(text)
  if (text.trim() !== '' && Number.isFinite(bare)) return bare * 1000
  if (!/^[-+]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let sum = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(amount) * units[unit as keyof typeof units]
  }
  return text.startsWith('-') ? -sum : sum
}

/** @throws `unsupported_content` where there is an image */
export function mustHaveNoImages(images: readonly string[] | null | undefined, param: string): void {
  if (images == null || images.length === 0) return
  throw new ImpetusError('unsupported_content', 'This model reads text only: leave the images out.', {
    param,
  })
}
