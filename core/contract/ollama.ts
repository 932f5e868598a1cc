import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { likelihood, list, unused, violation } from './openai.ts'

/** Far above what clients send, far below what would hold the event loop. */
const most = { messages: 10_000, calls: 1000, tools: 2000, images: 1000, stops: 1024, inputs: 2048 }

/** Ollama's paths under `/api`, also those that are not answered here: our own operations take other names. */
export const ollamaPaths: readonly string[] = [
  ...['generate', 'chat', 'embed', 'embeddings', 'tags', 'show', 'ps', 'version'],
  ...['create', 'copy', 'delete', 'pull', 'push', 'blobs', 'me', 'signout', 'user'],
  ...['web_search', 'web_fetch', 'experimental'],
].map(name => `/api/${name}`)

const model = z
  .string()
  .nullish()
  .meta({ description: 'A name from /api/tags; the default model where it is missing' })

const number = z.number().nullish()
const wholeNumber = z.number().refine(Number.isInteger, 'must be a whole number').nullish()

const options = z
  .looseObject({
    num_ctx: z
      .number()
      .nullish()
      .meta({ 'x-deviation': 'No effect: the context is as long as the settings say' }),
    num_predict: wholeNumber.meta({ description: 'Below 0: until the context is full' }),
    temperature: z.number().min(0).max(100).nullish(),
    top_k: wholeNumber,
    top_p: z.number().min(0).max(1).nullish(),
    min_p: z.number().min(0).max(1).nullish(),
    seed: wholeNumber,
    repeat_penalty: z.number().gt(0).max(10).nullish(),
    presence_penalty: number,
    frequency_penalty: number,
    stop: z.union([z.string(), list(z.string(), most.stops)]).nullish(),
    ...unused('mirostat', 'mirostat_eta', 'mirostat_tau', 'typical_p', 'repeat_last_n', 'num_keep'),
    ...unused('num_batch', 'num_gpu', 'main_gpu', 'num_thread', 'use_mmap'),
  })
  .meta({ id: 'OllamaOptions' })
export type Options = z.output<typeof options>

const common = {
  model,
  stream: z.boolean().nullish().meta({ description: 'True where it is missing' }),
  format: z
    .union([z.string(), z.record(z.string(), z.unknown())], { error: 'must be "json" or a JSON Schema' })
    .nullish()
    .meta({ description: '"json", or a JSON Schema that the answer is held to' }),
  options: options.nullish(),
  keep_alive: z.union([z.string(), z.number()]).nullish().meta({
    description: 'How long the model stays in memory after the answer: seconds, or "10m"; below 0 for good',
  }),
  think: z
    .union([z.boolean(), z.string()])
    .nullish()
    .meta({ description: 'true, false, "low", "medium", "high"; for models that think' }),
  logprobs: z.boolean().nullish().meta({ description: 'Tell how likely each token was' }),
  top_logprobs: z.int().min(0).max(20).nullish().meta({ description: 'So many likely tokens beside each' }),
}

const images = list(z.string(), most.images).nullish().meta({ 'x-deviation': 'Refused unless empty' })

const toolCall = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()).nullish(),
  }),
})

const message = z
  .looseObject({
    role: z.string().meta({ description: 'system, user, assistant, tool' }),
    content: z.string().nullish(),
    thinking: z.string().nullish(),
    images,
    tool_calls: list(toolCall, most.calls).nullish(),
    tool_name: z.string().nullish(),
    tool_call_id: z.string().nullish(),
  })
  .meta({ id: 'OllamaMessageInput' })
export type WireMessage = z.output<typeof message>

const tool = z.looseObject({
  type: z.string().nullish(),
  function: z
    .looseObject({
      name: z.string().nullish(),
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
})
export type WireTool = z.output<typeof tool>

const chatRequest = z
  .looseObject({
    ...common,
    messages: list(message, most.messages)
      .nullish()
      .meta({ description: 'None: loads the model, or unloads it with a keep_alive of 0' }),
    tools: list(tool, most.tools).nullish(),
  })
  .meta({ id: 'OllamaChatRequest' })
export type ChatRequest = z.output<typeof chatRequest>

const generateRequest = z
  .looseObject({
    ...common,
    prompt: z
      .string()
      .nullish()
      .meta({ description: 'Empty: loads the model, or unloads it with a keep_alive of 0' }),
    suffix: z.string().nullish().meta({ description: 'What follows the gap that the model is to fill' }),
    system: z.string().nullish(),
    raw: z.boolean().nullish().meta({ description: 'The prompt as it is, without the chat template' }),
    template: z.string().nullish().meta({ 'x-deviation': 'Refused unless empty: the model’s own is used' }),
    context: z
      .array(z.unknown())
      .nullish()
      .meta({ 'x-deviation': 'Refused unless empty: conversations go to chat' }),
    images,
  })
  .meta({ id: 'OllamaGenerateRequest' })
export type GenerateRequest = z.output<typeof generateRequest>

const nanoseconds = z.int().optional().meta({ description: 'Nanoseconds' })
const ending = {
  done_reason: z.enum(['stop', 'length', 'load', 'unload']).optional(),
  total_duration: nanoseconds,
  load_duration: nanoseconds,
  prompt_eval_count: z.int().optional(),
  prompt_eval_duration: nanoseconds,
  eval_count: z.int().optional(),
  eval_duration: nanoseconds,
  schema_violation: violation,
}
const logprobs = z.array(likelihood.extend({ top_logprobs: z.array(likelihood) })).optional()
export type OllamaLogprobs = NonNullable<z.output<typeof logprobs>>
const head = { model: z.string(), created_at: z.string(), done: z.boolean() }

const answeredCall = z.object({
  id: z.string(),
  function: z.object({
    index: z.int(),
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()),
  }),
})
export type AnsweredCall = z.output<typeof answeredCall>

const chatAnswer = z
  .object({
    ...head,
    message: z.object({
      role: z.literal('assistant'),
      content: z.string(),
      thinking: z.string().optional(),
      tool_calls: z.array(answeredCall).optional(),
    }),
    logprobs,
    ...ending,
  })
  .meta({ id: 'OllamaChatAnswer' })
export type ChatAnswer = z.output<typeof chatAnswer>

const generateAnswer = z
  .object({ ...head, response: z.string(), thinking: z.string().optional(), logprobs, ...ending })
  .meta({ id: 'OllamaGenerateAnswer' })
export type GenerateAnswer = z.output<typeof generateAnswer>

export const ollamaChat = endpoint({
  id: 'ollamaChat',
  method: 'post',
  path: '/api/chat',
  summary: "Ollama's: answers a conversation, as a stream unless told otherwise",
  scope: 'inference',
  request: chatRequest,
  response: chatAnswer,
  stream: 'application/x-ndjson',
})

export const ollamaGenerate = endpoint({
  id: 'ollamaGenerate',
  method: 'post',
  path: '/api/generate',
  summary: "Ollama's: answers a prompt, goes on from a text, or fills a gap in it",
  scope: 'inference',
  request: generateRequest,
  response: generateAnswer,
  stream: 'application/x-ndjson',
})

const embedRequest = z.looseObject({
  model,
  input: z.union([z.string(), list(z.string(), most.inputs)]).nullish(),
  truncate: z.boolean().nullish().meta({ description: 'Cut what is too long; true where it is missing' }),
  dimensions: z.int().min(1).nullish().meta({ description: 'So many leading elements of each vector' }),
  keep_alive: common.keep_alive,
})

export const ollamaEmbed = endpoint({
  id: 'ollamaEmbed',
  method: 'post',
  path: '/api/embed',
  summary: "Ollama's: texts as vectors of length 1",
  scope: 'inference',
  request: embedRequest,
  response: z.object({
    model: z.string(),
    embeddings: z.array(z.array(z.number())),
    total_duration: nanoseconds,
    load_duration: nanoseconds,
    prompt_eval_count: z.int(),
  }),
})

export const ollamaEmbeddings = endpoint({
  id: 'ollamaEmbeddings',
  method: 'post',
  path: '/api/embeddings',
  summary: "Ollama's older one: a text as a vector, as the model makes it",
  scope: 'inference',
  request: z.looseObject({ model, prompt: z.string().nullish(), keep_alive: common.keep_alive }),
  response: z.object({ embedding: z.array(z.number()) }),
})

const details = z.object({
  parent_model: z.string(),
  format: z.string(),
  family: z.string(),
  families: z.array(z.string()),
  parameter_size: z.string(),
  quantization_level: z.string(),
})

const listed = z
  .object({
    name: z.string(),
    model: z.string(),
    size: z.int().meta({ description: 'Bytes on disk' }),
    digest: z.string().meta({ description: 'Changes with the file; not a hash of its content' }),
    details,
  })
  .meta({ id: 'OllamaModel' })
export type ListedModel = z.output<typeof listed>

const tagged = listed.extend({ modified_at: z.string() })
export type TaggedModel = z.output<typeof tagged>

const running = listed.extend({
  expires_at: z.string().meta({ description: 'When it goes by itself; far off where it does not' }),
  size: z.int().meta({ description: 'Bytes of memory' }),
  context_length: z.int(),
})
export type RunningModel = z.output<typeof running>

const shown = z
  .object({
    details,
    model_info: z.record(z.string(), z.union([z.string(), z.int()])),
    capabilities: z.array(z.string()),
    parameters: z.string(),
    template: z.string(),
    modelfile: z.string(),
    modified_at: z.string(),
  })
  .meta({ id: 'OllamaShow' })
export type ShownModel = z.output<typeof shown>

export const ollamaVersion = endpoint({
  id: 'ollamaVersion',
  method: 'get',
  path: '/api/version',
  summary: "Ollama's: the version whose API this is, and Impetus' own",
  scope: 'public',
  response: z.object({ version: z.string(), impetus: z.string() }),
})

export const ollamaTags = endpoint({
  id: 'ollamaTags',
  method: 'get',
  path: '/api/tags',
  summary: "Ollama's: the models on this machine",
  scope: 'inference',
  response: z.object({ models: z.array(tagged) }),
})

export const ollamaPs = endpoint({
  id: 'ollamaPs',
  method: 'get',
  path: '/api/ps',
  summary: "Ollama's: the models in memory",
  scope: 'inference',
  response: z.object({ models: z.array(running) }),
})

export const ollamaShow = endpoint({
  id: 'ollamaShow',
  method: 'post',
  path: '/api/show',
  summary: "Ollama's: what is known of one model",
  scope: 'inference',
  request: z.looseObject({
    model,
    name: z.string().nullish().meta({ description: 'The older name of model' }),
  }),
  response: shown,
})
