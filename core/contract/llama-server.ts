import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { likelihood, list, stop, timings, unused, violation } from './openai.ts'

const most = { extra: 1000, fields: 100, tokens: 262_144, biases: 10_000, prompts: 1024, images: 1000 }

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

type WirePrompt = string | number[] | (string | number[])[] | { readonly prompt_string: string }

/** An object is a text with images, which are refused by name. */
function isPrompt(value: unknown): value is WirePrompt {
  if (typeof value === 'string' || isTokens(value)) return true
  if (Array.isArray(value))
    return value.length <= most.prompts && value.every(one => typeof one === 'string' || isTokens(one))
  return (
    typeof value === 'object' &&
    value !== null &&
    'prompt_string' in value &&
    typeof value.prompt_string === 'string'
  )
}

/** `[[15043, -1.0], [2, false]]`; false: never. */
const biases = list(z.tuple([z.int().min(0), z.union([z.number(), z.literal(false)])]), most.biases)

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
  xtc_probability: z.number().min(0).max(1).nullish(),
  xtc_threshold: z.number().min(0).max(1).nullish(),
  dry_multiplier: z.number().min(0).max(100).nullish(),
  dry_base: z.number().min(1).max(100).nullish(),
  dry_allowed_length: z.int().min(0).max(1000).nullish(),
  dry_penalty_last_n: z.int().min(-1).nullish(),
  dry_sequence_breakers: z.array(z.string().max(200)).max(64).nullish(),
  logit_bias: z
    .union([z.record(z.string().regex(/^\d{1,9}$/), z.union([z.number(), z.literal(false)])), biases], {
      error: 'must be a list of [token, bias], or an object of them, with tokens as numbers',
    })
    .nullish(),
  n_cmpl: z
    .int()
    .min(1)
    .max(128)
    .nullish()
    .meta({ description: 'So many answers to each prompt; more than one make the answer a list' }),
  n_probs: z
    .int()
    .min(0)
    .max(20)
    .nullish()
    .meta({ description: 'Tell how likely each token was, and so many others beside it' }),
  return_tokens: z.boolean().nullish().meta({ description: 'Tell the numbers of the tokens too' }),
  t_max_predict_ms: z
    .number()
    .nullish()
    .meta({ description: 'Stop after so long, once there is a whole line; 0 or below: no limit' }),
  response_fields: list(z.string(), most.fields)
    .nullish()
    .meta({ description: 'Only these fields of the answer, as paths: content, timings/prompt_n' }),
  grammar: z.string().nullish().meta({
    description: 'GBNF that the answer is held to',
    'x-deviation': 'At most 100,000 characters, 5,000 rules, and 100 brackets in one another',
  }),
  json_schema: z
    .union([z.record(z.string(), z.unknown()), z.boolean()])
    .nullish()
    .meta({
      description: 'JSON Schema that the answer is held to; {}: any JSON',
      'x-deviation': 'What no grammar can enforce is said in schema_violation',
    }),
  image_data: list(z.unknown(), most.images).nullish().meta({ 'x-deviation': 'Refused unless empty' }),
  ...unused('samplers', 'id_slot', 'cache_prompt', 'lora', 'n_indent', 'mirostat', 'ignore_eos', 'n_keep'),
  ...unused('typical_p', 'repeat_last_n', 'min_keep', 't_max_prompt_ms', 'timings_per_token'),
}

/** What both completions ask for beside the prompt. */
const common = z.looseObject(commonFields)
export type Common = z.output<typeof common>

const completionRequest = z
  .looseObject({
    ...commonFields,
    prompt: z
      .custom<WirePrompt>(isPrompt, 'must be a text, tokens, or a list of texts or of lists of tokens')
      .meta({
        description:
          'A text, tokens, or a list of texts or of lists of tokens; several make the answer a list',
      }),
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

const known = likelihood.extend({ id: z.int() })
const probabilities = z.array(known.extend({ top_logprobs: z.array(known) }))
export type Probabilities = z.output<typeof probabilities>

const answer = z
  .object({
    index: z.int(),
    content: z.string(),
    tokens: z.array(z.int()).meta({ description: 'Empty unless return_tokens asks for them' }),
    completion_probabilities: probabilities.optional().meta({ description: 'Where n_probs asks for them' }),
    model: z.string(),
    stop: z.boolean().meta({ description: 'False in all events of a stream but the last' }),
    stop_type: z.enum(['none', 'eos', 'limit', 'word']),
    stopping_word: z.string(),
    has_new_line: z.boolean(),
    truncated: z.boolean().meta({ description: 'Always false: nothing is cut silently' }),
    tokens_predicted: z.int(),
    tokens_evaluated: z.int().meta({ description: 'Tokens of the prompt' }),
    tokens_cached: z.int().meta({ description: 'Tokens of the prompt that were not computed again' }),
    generation_settings: z.object({
      n_ctx: z.int(),
      n_predict: z.int(),
      seed: z.int(),
      stop: z.array(z.string()),
    }),
    schema_violation: violation,
    timings,
  })
  .meta({ id: 'LlamaServerAnswer' })
export type Answer = z.output<typeof answer>

/** Where only some fields are asked for, the answer has only these. */
const oneAnswer = z.union([answer, z.record(z.string(), z.unknown())])
const anyAnswer = z.union([z.array(oneAnswer), oneAnswer])

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
  aliases: ['/v1/props'],
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
