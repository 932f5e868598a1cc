import { z } from 'zod'

/** What several of OpenAI's request and answer bodies share. Clients send `null` for what they leave out. */

/** A list that is refused at once when it is too long: zod alone would first look at every element. */
export function list<T extends z.ZodType>(element: T, most: number): z.ZodType<z.output<T>[], z.input<T>[]> {
  const short = (value: unknown, context: z.core.$RefinementCtx) => {
    if (!Array.isArray(value) || value.length <= most) return value
    context.addIssue({ code: 'custom', message: `has ${value.length} elements; at most ${most} are taken` })
    return z.NEVER
  }
  return z.preprocess(short, z.array(element)) as unknown as z.ZodType<z.output<T>[], z.input<T>[]>
}

const wholeNumber = z.number().refine(Number.isInteger, 'must be a whole number')

/** Sampling as OpenAI, llama.cpp's server and vLLM name it. */
export const samplingFields = {
  temperature: z
    .number()
    .min(0)
    .max(100)
    .nullish()
    .meta({ description: '0 always takes the likeliest token' }),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish().meta({ description: '0 or -1: no limit' }),
  min_p: z.number().min(0).max(1).nullish(),
  seed: wholeNumber
    .nullish()
    .meta({ description: 'The same seed gives the same answer; -1: a new one each time' }),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  repeat_penalty: z.number().gt(0).max(10).nullish(),
  repetition_penalty: z
    .number()
    .gt(0)
    .max(10)
    .nullish()
    .meta({ description: 'Another name for repeat_penalty' }),
  xtc_probability: z.number().min(0).max(1).nullish().meta({
    description: 'How often the likeliest tokens are left out where several are likely; 0: never',
  }),
  xtc_threshold: z.number().min(0).max(1).nullish().meta({ description: 'What counts as likely for that' }),
  dry_multiplier: z
    .number()
    .min(0)
    .max(100)
    .nullish()
    .meta({ description: 'How much repeating whole sequences is discouraged; 0: not at all' }),
  dry_base: z.number().min(1).max(100).nullish(),
  dry_allowed_length: z.int().min(0).max(1000).nullish(),
  dry_penalty_last_n: z.int().min(-1).nullish().meta({ description: 'Tokens looked back at; -1: all' }),
  dry_sequence_breakers: z.array(z.string().max(200)).max(64).nullish(),
  logit_bias: z
    .record(z.string().regex(/^\d{1,9}$/, 'must be the number of a token'), z.number().min(-100).max(100))
    .nullish()
    .meta({ description: 'Token numbers with what is added to their logits' }),
}

/** Fields that clients send and that change nothing here. */
export function unused<const T extends string>(
  ...names: readonly T[]
): { readonly [name in T]: z.ZodOptional<z.ZodUnknown> } {
  const field = z.unknown().optional().meta({ 'x-deviation': 'Taken and not used' })
  return Object.fromEntries(names.map(name => [name, field])) as { [name in T]: typeof field }
}

const stopLimit = 1024

export const stop = z
  .custom<string | readonly string[]>(
    value =>
      typeof value === 'string' ||
      (Array.isArray(value) && value.length <= stopLimit && value.every(one => typeof one === 'string')),
    `must be a text or a list of at most ${stopLimit} texts`,
  )
  .nullish()
  .meta({ description: 'A text or a list of texts that end the answer' })

export const streamFields = {
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
}

/** How likely one token was. */
export const likelihood = z
  .object({
    token: z.string(),
    logprob: z.number(),
    bytes: z
      .array(z.int())
      .nullable()
      .meta({ description: 'The token as it is; it may be only a part of a character' }),
  })
  .meta({ id: 'Likelihood' })

/** A deviation that is said: no grammar holds an answer to every keyword of JSON Schema. */
export const violation = z
  .object({ path: z.string(), keyword: z.string() })
  .optional()
  .meta({ description: 'Where the answer breaks its schema, in what cannot be enforced while it is written' })

export const usage = z
  .object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: z.object({
      cached_tokens: z.int().meta({ description: 'Tokens of the prompt that were not computed again' }),
    }),
    completion_tokens_details: z.object({
      reasoning_tokens: z.int(),
      accepted_prediction_tokens: z.int().meta({ description: 'Guessed tokens that held' }),
      rejected_prediction_tokens: z
        .int()
        .meta({ description: 'Guessed tokens that did not; they are not in completion_tokens' }),
    }),
  })
  .meta({ id: 'Usage' })
export type WireUsage = z.output<typeof usage>

/** As llama.cpp's server names them, so that its clients show them too. */
export const timings = z
  .object({
    queued_ms: z.number(),
    cache_n: z.int(),
    prompt_n: z.int().meta({ description: 'Tokens of the prompt that were computed' }),
    prompt_ms: z.number(),
    prompt_per_token_ms: z.number(),
    prompt_per_second: z.number(),
    predicted_n: z.int(),
    predicted_ms: z.number(),
    predicted_per_token_ms: z.number(),
    predicted_per_second: z.number(),
    draft_n: z.int().optional().meta({ description: 'Tokens that were guessed; absent: none' }),
    draft_n_accepted: z
      .int()
      .optional()
      .meta({ description: 'Those of them that the model would have said' }),
  })
  .meta({ id: 'Timings' })
export type WireTimings = z.output<typeof timings>
