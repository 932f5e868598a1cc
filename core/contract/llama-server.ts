import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { list, stop, timings } from './openai.ts'

const most = { extra: 1000, fields: 100, tokens: 262_144 }

const model = z
  .string()
  .nullish()
  .meta({ description: 'An id from /v1/models; the default model where it is missing' })

const wholeNumber = z.number().refine(Number.isInteger, 'must be a whole number').nullish()

/** By hand: a zod array would write an issue for every one of a hundred thousand tokens. */
function isTokens(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= most.tokens &&
    value.every(one => Number.isSafeInteger(one) && one >= 0)
  )
}

const commonFields = {
  model,
  stream: z.boolean().nullish(),
  n_predict: wholeNumber.meta({
    description: 'Below 0: until the context is full; 0 only computes the prompt, to have it at hand later',
  }),
  stop,
  temperature: z.number().nullish().meta({ description: '0 or below always takes the likeliest token' }),
  top_k: wholeNumber,
  top_p: z.number().min(0).max(1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: wholeNumber,
  repeat_penalty: z.number().gt(0).max(10).nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  response_fields: list(z.string(), most.fields)
    .nullish()
    .meta({ description: 'Only these fields of the answer, as paths: content, timings/prompt_n' }),
  grammar: z.string().nullish().meta({ description: 'Refused unless empty' }),
  json_schema: z.unknown().optional().meta({ description: 'Refused unless empty' }),
}

/** What both completions ask for beside the prompt. */
const common = z.looseObject(commonFields)
export type Common = z.output<typeof common>

const completionRequest = z
  .looseObject({
    ...commonFields,
    prompt: z
      .custom<string | number[] | [string]>(
        value =>
          typeof value === 'string' ||
          isTokens(value) ||
          (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string'),
        'must be a text, a list of one text, or a list of tokens',
      )
      .meta({ description: 'A text, a list of one text, or tokens' }),
  })
  .meta({ id: 'LlamaServerCompletionRequest' })
export type CompletionRequest = z.output<typeof completionRequest>

const infillRequest = z
  .looseObject({
    ...commonFields,
    input_prefix: z.string().nullish().meta({ description: 'What is before the gap' }),
    input_suffix: z.string().nullish().meta({ description: 'What is after the gap' }),
    prompt: z.string().nullish().meta({ description: 'The rest of what is before the gap' }),
    input_extra: list(z.looseObject({ text: z.string(), filename: z.string().nullish() }), most.extra)
      .nullish()
      .meta({ description: 'Pieces of other files, put before everything' }),
  })
  .meta({ id: 'LlamaServerInfillRequest' })
export type InfillRequest = z.output<typeof infillRequest>

const answer = z
  .object({
    index: z.int(),
    content: z.string(),
    model: z.string(),
    stop: z.boolean().meta({ description: 'False in all events of a stream but the last' }),
    stop_type: z.enum(['none', 'eos', 'limit', 'word']),
    stopping_word: z.string(),
    has_new_line: z.boolean(),
    truncated: z.boolean().meta({ description: 'Always false: nothing is cut silently' }),
    tokens_predicted: z.int(),
    tokens_evaluated: z.int().meta({ description: 'Tokens of the prompt' }),
    tokens_cached: z.int().meta({ description: 'Tokens of the prompt that were not computed again' }),
    timings,
  })
  .meta({ id: 'LlamaServerAnswer' })
export type Answer = z.output<typeof answer>

/** Where only some fields are asked for, the answer has only these. */
const anyAnswer = z.union([answer, z.record(z.string(), z.unknown())])

export const llamaCompletion = endpoint({
  id: 'llamaCompletion',
  method: 'post',
  path: '/completion',
  summary: "llama.cpp's server's: goes on from a text",
  scope: 'inference',
  request: completionRequest,
  response: anyAnswer,
  stream: 'text/event-stream',
})

export const llamaInfill = endpoint({
  id: 'llamaInfill',
  method: 'post',
  path: '/infill',
  summary: "llama.cpp's server's: fills a gap in a text",
  scope: 'inference',
  request: infillRequest,
  response: anyAnswer,
  stream: 'text/event-stream',
})

export const llamaProps = endpoint({
  id: 'llamaProps',
  method: 'get',
  path: '/props',
  summary: "llama.cpp's server's: what is known of a model and its engine",
  scope: 'inference',
  query: z.looseObject({ model: z.string().optional() }),
  response: z.object({
    default_generation_settings: z.object({ n_ctx: z.int().nullable() }),
    total_slots: z.int().nullable().meta({ description: 'null while the model is not loaded' }),
    model_alias: z.string(),
    model_path: z.string().meta({ description: 'The file’s name only' }),
    chat_template: z.string(),
    modalities: z.object({ vision: z.boolean(), audio: z.boolean() }),
    is_sleeping: z.boolean().meta({ description: 'Whether the next request has to load the model' }),
    build_info: z.string(),
  }),
})

export const llamaSlots = endpoint({
  id: 'llamaSlots',
  method: 'get',
  path: '/slots',
  summary: "llama.cpp's server's: what a loaded model works on",
  scope: 'inference',
  query: z.looseObject({ model: z.string().optional() }),
  response: z.array(z.object({ id: z.int(), n_ctx: z.int(), is_processing: z.boolean() })),
})
