import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { likelihood, list, samplingFields, unused, violation } from './openai.ts'

/** Far above what agents send, far below what would hold the event loop. */
const most = { items: 20_000, parts: 10_000, tools: 2000 }

const contentPart = z
  .looseObject({ type: z.string(), text: z.string().nullish(), refusal: z.string().nullish() })
  .meta({ id: 'ResponseContentPart' })

const content = z
  .union([z.string(), list(contentPart, most.parts)], { error: 'must be a text or a list of parts' })
  .nullish()

const inputItem = z
  .looseObject({
    type: z.string().nullish().meta({
      description: 'message, function_call, function_call_output, reasoning, item_reference',
    }),
    id: z.string().nullish(),
    role: z.string().nullish(),
    content,
    call_id: z.string().nullish(),
    name: z.string().nullish(),
    arguments: z.string().nullish(),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    summary: list(contentPart, most.parts).nullish(),
  })
  .meta({ id: 'ResponseInputItem' })
export type WireItem = z.output<typeof inputItem>

const tool = z
  .looseObject({
    type: z.string().meta({ description: 'function, custom; others are left out' }),
    name: z.string().nullish(),
    format: z
      .looseObject({
        type: z.string(),
        syntax: z.string().nullish(),
        definition: z.string().nullish(),
      })
      .nullish()
      .meta({ description: "Of a custom tool's input: text, or a grammar" }),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  })
  .meta({ id: 'ResponseTool' })
export type WireResponseTool = z.output<typeof tool>

const toolChoice = z
  .union(
    [
      z.string(),
      z.looseObject({
        type: z.string().nullish(),
        name: z.string().nullish(),
        mode: z.string().nullish(),
        tools: list(z.looseObject({ name: z.string().nullish() }), most.tools).nullish(),
      }),
    ],
    { error: 'must be a text or an object' },
  )
  .nullish()
export type WireResponseToolChoice = z.output<typeof toolChoice>

const responseRequest = z
  .looseObject({
    model: z
      .string()
      .nullish()
      .meta({ description: 'An id from /v1/models; the default model where it is missing' }),
    input: z
      .union([z.string(), list(inputItem, most.items)], { error: 'must be a text or a list of items' })
      .nullish()
      .meta({ 'x-deviation': 'Images and files are refused; items of unknown types are left out' }),
    instructions: z.string().nullish().meta({ description: 'A system message before everything else' }),
    previous_response_id: z.string().nullish().meta({ description: 'A kept response to go on from' }),
    store: z.boolean().nullish().meta({
      description: 'With false the response is not kept',
      'x-deviation': 'Kept for a day, at most 2,000 or 128 MB; not at all where responses.store is off',
    }),
    stream: z.boolean().nullish(),
    background: z.boolean().nullish().meta({
      description: 'Answer at once and write on; look at it with GET',
      'x-deviation': 'Not together with stream',
    }),
    tools: list(tool, most.tools)
      .nullish()
      .meta({ 'x-deviation': 'Of other types than function and custom: left out' }),
    tool_choice: toolChoice,
    parallel_tool_calls: z.boolean().nullish(),
    max_output_tokens: z
      .int()
      .refine(value => value !== 0 && value >= -1, 'must be at least 1, or -1 for no limit')
      .nullish(),
    reasoning: z
      .looseObject({ effort: z.string().nullish() })
      .nullish()
      .meta({ description: 'effort none: do not think first; others are handed to the chat template' }),
    text: z
      .looseObject({
        format: z
          .looseObject({ type: z.string(), schema: z.record(z.string(), z.unknown()).nullish() })
          .nullish()
          .meta({ description: 'text, json_object or json_schema' }),
      })
      .nullish(),
    include: list(z.string(), 100).nullish().meta({
      description: 'message.output_text.logprobs',
      'x-deviation': 'Nothing else is heeded; reasoning is never encrypted',
    }),
    top_logprobs: z.int().min(0).max(20).nullish(),
    metadata: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({ description: 'Given back with the response' }),
    user: z.string().nullish(),
    truncation: z.string().nullish().meta({ 'x-deviation': 'Always disabled: nothing is cut' }),
    conversation: z.unknown().optional().meta({ 'x-deviation': 'Not heeded: use previous_response_id' }),
    ...samplingFields,
    ...unused('service_tier', 'safety_identifier', 'prompt_cache_key', 'prompt', 'max_tool_calls'),
  })
  .meta({ id: 'ResponseRequest' })
export type ResponseRequest = z.output<typeof responseRequest>

const itemStatus = z.enum(['in_progress', 'completed', 'incomplete'])
export type ItemStatus = z.output<typeof itemStatus>

const logprobs = z.array(likelihood.extend({ top_logprobs: z.array(likelihood) }))
export type ResponseLogprobs = z.output<typeof logprobs>

const outputText = z.object({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs,
})
const reasoningText = z.object({ type: z.literal('reasoning_text'), text: z.string() })
export type OutputPart = z.output<typeof outputText> | z.output<typeof reasoningText>

const outputItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    id: z.string(),
    status: itemStatus,
    role: z.literal('assistant'),
    content: z.array(outputText),
  }),
  z.object({
    type: z.literal('reasoning'),
    id: z.string(),
    status: itemStatus,
    summary: z.array(z.never()),
    content: z.array(reasoningText),
    encrypted_content: z.null(),
  }),
  z.object({
    type: z.literal('function_call'),
    id: z.string(),
    status: itemStatus,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('custom_tool_call'),
    id: z.string(),
    status: itemStatus,
    call_id: z.string(),
    name: z.string(),
    input: z.string(),
  }),
])
export type OutputItem = z.output<typeof outputItem>

const usage = z
  .object({
    input_tokens: z.int(),
    input_tokens_details: z.object({ cached_tokens: z.int() }),
    output_tokens: z.int(),
    output_tokens_details: z.object({ reasoning_tokens: z.int() }),
    total_tokens: z.int(),
  })
  .meta({ id: 'ResponseUsage' })

const response = z
  .object({
    id: z.string(),
    object: z.literal('response'),
    created_at: z.int().meta({ description: 'Seconds since 1970' }),
    completed_at: z.int().nullable(),
    status: z.enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
    background: z.boolean(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z.object({ reason: z.string() }).nullable(),
    schema_violation: violation,
    instructions: z.string().nullable(),
    max_output_tokens: z.int().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    model: z.string(),
    output: z.array(outputItem),
    parallel_tool_calls: z.boolean(),
    previous_response_id: z.string().nullable(),
    reasoning: z.object({ effort: z.string().nullable(), summary: z.null() }),
    store: z.boolean(),
    temperature: z.number().nullable(),
    text: z.object({ format: z.looseObject({ type: z.string() }) }),
    tool_choice: z.union([z.string(), z.looseObject({})]),
    tools: z.array(z.looseObject({ type: z.string() })),
    top_p: z.number().nullable(),
    top_logprobs: z.int(),
    truncation: z.literal('disabled').meta({ description: 'Nothing is cut silently' }),
    usage: usage.nullable(),
    user: z.string().nullable(),
  })
  .meta({ id: 'Response' })
export type WireResponse = z.output<typeof response>

export const createResponse = endpoint({
  id: 'createResponse',
  method: 'post',
  path: '/v1/responses',
  aliases: ['/responses', '/v1/v1/responses'],
  summary: 'Answers a conversation as a response of items, whole, as a stream or in the background',
  scope: 'inference',
  request: responseRequest,
  response,
  stream: 'text/event-stream',
})

export const getResponse = endpoint({
  id: 'getResponse',
  method: 'get',
  path: '/v1/responses/:id',
  aliases: ['/responses/:id'],
  summary: 'A response that runs or was kept',
  scope: 'inference',
  query: z.looseObject({ stream: z.string().optional() }),
  response,
})

export const deleteResponse = endpoint({
  id: 'deleteResponse',
  method: 'delete',
  path: '/v1/responses/:id',
  aliases: ['/responses/:id'],
  summary: 'Forgets a kept response',
  scope: 'inference',
  response: z.object({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) }),
})

export const cancelResponse = endpoint({
  id: 'cancelResponse',
  method: 'post',
  path: '/v1/responses/:id/cancel',
  aliases: ['/responses/:id/cancel'],
  summary: 'Stops a response that is being written; one that has ended is given as it is',
  scope: 'inference',
  response,
})

const storedItem = z.looseObject({ id: z.string(), type: z.string() })
export type StoredItem = z.output<typeof storedItem>

export const listInputItems = endpoint({
  id: 'listResponseInputItems',
  method: 'get',
  path: '/v1/responses/:id/input_items',
  aliases: ['/responses/:id/input_items'],
  summary: 'What a kept response was asked with',
  scope: 'inference',
  query: z.looseObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    order: z.enum(['asc', 'desc']).default('desc'),
    after: z.string().optional(),
  }),
  response: z.object({
    object: z.literal('list'),
    data: z.array(storedItem),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  }),
})
