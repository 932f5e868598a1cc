import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { samplingFields, stop, streamFields, timings, unused, usage } from './openai.ts'

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(one => Number.isSafeInteger(one) && one >= 0)
}

export type WirePrompt = string | string[] | number[] | number[][]

/** By hand: a zod union of lists would write an issue for every one of a hundred thousand tokens. */
const prompt = z
  .custom<WirePrompt>(
    value =>
      typeof value === 'string' ||
      isTokens(value) ||
      (Array.isArray(value) && (value.every(one => typeof one === 'string') || value.every(isTokens))),
    'must be a text, tokens, or a list of texts or of lists of tokens',
  )
  .meta({
    description: 'A text, tokens, or a list of texts or of lists of tokens, each of which is answered',
    'x-deviation': 'At most 1,024 answers in all, up to eight at a time',
  })

const completionRequest = z
  .looseObject({
    model: z
      .string()
      .nullish()
      .meta({ description: 'An id from /v1/models; the default model where it is missing' }),
    prompt,
    suffix: z.string().nullish().meta({ description: 'What follows the gap that the model is to fill' }),
    max_tokens: z
      .int()
      .min(-1)
      .nullish()
      .meta({ description: 'Without a limit (missing or -1) the answer may fill the context' }),
    n_predict: z.int().min(-1).nullish().meta({ description: "llama.cpp's name of max_tokens" }),
    echo: z.boolean().nullish().meta({ description: 'Begin the answer with the prompt' }),
    stop,
    n: z.int().min(1).max(128).nullish().meta({ description: 'So many answers to each prompt' }),
    best_of: z.int().min(1).max(128).nullish().meta({
      description: 'Write so many answers and give the n likeliest, by the mean over their tokens',
      'x-deviation': 'Streams give the first n',
    }),
    logprobs: z.int().min(0).max(20).nullish().meta({
      description:
        'Tell how likely each token was, and so many others beside it; with echo those of the prompt too',
    }),
    ...samplingFields,
    ...streamFields,
    ...unused('user'),
  })
  .meta({ id: 'CompletionRequest' })
export type CompletionRequest = z.output<typeof completionRequest>

const logprobs = z
  .object({
    tokens: z.array(z.string()),
    token_logprobs: z.array(z.number().nullable()).meta({ description: 'null for a prompt’s first token' }),
    top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullable(),
    text_offset: z.array(z.int()),
  })
  .nullable()
export type CompletionLogprobs = z.output<typeof logprobs>

const choice = z.object({ index: z.int(), text: z.string(), logprobs })

const completion = z
  .object({
    id: z.string(),
    object: z.literal('text_completion'),
    created: z.int(),
    model: z.string(),
    system_fingerprint: z.string(),
    choices: z.array(choice.extend({ finish_reason: z.enum(['stop', 'length']) })),
    usage,
    timings,
  })
  .meta({ id: 'Completion' })
export type Completion = z.output<typeof completion>

/** One event of a stream; it has the whole answer's shape, with a piece of the text. */
export const completionChunk = completion
  .extend({
    choices: z.array(choice.extend({ finish_reason: z.enum(['stop', 'length']).nullable() })),
    usage: usage.optional(),
    timings: timings.optional(),
  })
  .meta({ id: 'CompletionChunk' })
export type CompletionChunk = z.output<typeof completionChunk>

export const createCompletion = endpoint({
  id: 'createCompletion',
  method: 'post',
  path: '/v1/completions',
  aliases: ['/completions', '/v1/v1/completions'],
  summary: 'Goes on from a text, or fills a gap in it',
  scope: 'inference',
  request: completionRequest,
  response: completion,
  stream: 'text/event-stream',
})
