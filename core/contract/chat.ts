import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import {
  likelihood,
  list,
  samplingFields,
  stop,
  streamFields,
  timings,
  unused,
  usage,
  violation,
} from './openai.ts'

/** Far above what agents send, far below what would hold the event loop. */
const most = { messages: 10_000, parts: 10_000, tools: 2000, toolCalls: 1000 }

const contentPart = z
  .looseObject({
    type: z.string(),
    text: z.string().nullish(),
    refusal: z.string().nullish(),
  })
  .meta({ id: 'ChatContentPart' })

const content = z
  .union([z.string(), list(contentPart, most.parts)], { error: 'must be a text, a list of parts or null' })
  .nullish()

const calledFunction = z
  .looseObject({
    name: z.string(),
    arguments: z
      .union([z.string(), z.record(z.string(), z.unknown())], {
        error: 'must be JSON as a text, or an object',
      })
      .nullish(),
  })
  .nullish()

const toolCall = z
  .looseObject({
    id: z.string().nullish(),
    type: z.string().nullish(),
    function: calledFunction,
    custom: z.looseObject({ name: z.string(), input: z.string().nullish() }).nullish(),
  })
  .meta({ id: 'ChatToolCallInput' })

const message = z
  .looseObject({
    role: z.string().meta({ description: 'system, developer, user, assistant, tool' }),
    content,
    name: z.string().nullish(),
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: list(toolCall, most.toolCalls).nullish(),
    tool_call_id: z.string().nullish(),
    function_call: calledFunction.meta({ description: 'The older form of tool_calls' }),
  })
  .meta({ id: 'ChatMessageInput' })
export type WireMessage = z.output<typeof message>

const functionTool = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
})
export type WireFunction = z.output<typeof functionTool>

const customTool = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  format: z
    .looseObject({
      type: z.string(),
      grammar: z.looseObject({ syntax: z.string().nullish(), definition: z.string().nullish() }).nullish(),
    })
    .nullish(),
})

const tool = z
  .looseObject({
    type: z.string().nullish(),
    function: functionTool.nullish(),
    custom: customTool.nullish().meta({
      description: 'A tool that takes a text of any form',
      'x-deviation':
        'A form given as a regular expression is enforced; a Lark grammar is told to the model and not enforced',
    }),
  })
  .meta({ id: 'ChatTool' })

/** Which tools may, or must, be called; unknown types leave it to the model. */
const toolChoice = z
  .union(
    [
      z.string(),
      z.looseObject({
        type: z.string().nullish(),
        function: z.looseObject({ name: z.string() }).nullish(),
        custom: z.looseObject({ name: z.string() }).nullish(),
        allowed_tools: z
          .looseObject({
            mode: z.string().nullish(),
            tools: list(
              z.looseObject({
                function: z.looseObject({ name: z.string() }).nullish(),
                custom: z.looseObject({ name: z.string() }).nullish(),
              }),
              most.tools,
            ).nullish(),
          })
          .nullish(),
      }),
    ],
    { error: 'must be a text or an object' },
  )
  .nullish()
export type WireToolChoice = z.output<typeof toolChoice>

const responseFormat = z
  .looseObject({
    type: z.string().meta({ description: 'text, json_object or json_schema' }),
    json_schema: z
      .looseObject({ name: z.string().nullish(), schema: z.record(z.string(), z.unknown()).nullish() })
      .nullish(),
    schema: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({ description: "As llama.cpp's server takes it" }),
  })
  .nullish()
export type WireResponseFormat = z.output<typeof responseFormat>

/** Negative values are what some clients send for "no limit". */
const tokenLimit = z
  .int()
  .refine(value => value !== 0 && value >= -1, 'must be at least 1, or -1 for no limit')
  .nullish()

const chatRequest = z
  .looseObject({
    model: z
      .string()
      .nullish()
      .meta({ description: 'An id from /v1/models; the default model where it is missing' }),
    messages: list(message, most.messages).meta({
      'x-deviation': 'Parts of other types than text and refusal (images, sound, files): unsupported_content',
    }),
    tools: list(tool, most.tools).nullish().meta({
      description: 'Functions and custom tools',
      'x-deviation': 'Tools of other types are left out',
    }),
    tool_choice: toolChoice.meta({
      description:
        'none, auto, required, or a tool by its name; with "none" the model does not see the tools',
    }),
    parallel_tool_calls: z
      .boolean()
      .nullish()
      .meta({ description: 'With false an answer has at most one call' }),
    functions: list(functionTool, most.tools).nullish().meta({ description: 'The older form of tools' }),
    function_call: z
      .union([z.string(), z.looseObject({ name: z.string() })], { error: 'must be a text or an object' })
      .nullish()
      .meta({ description: 'The older form of tool_choice' }),
    response_format: responseFormat.meta({
      description: 'What the text of the answer must be',
      'x-deviation':
        'What no grammar can enforce is checked at the end and said in schema_violation of the choice',
    }),
    logprobs: z.boolean().nullish().meta({
      description: 'Tell how likely each token was',
      'x-deviation': 'Only those of the text, not of reasoning and calls',
    }),
    top_logprobs: z.int().min(0).max(20).nullish().meta({ description: 'So many likely tokens beside each' }),
    max_tokens: tokenLimit.meta({ description: 'Without a limit the answer may fill the context' }),
    max_completion_tokens: tokenLimit,
    stop,
    n: z.int().min(1).max(128).nullish().meta({
      description: 'So many answers to the same prompt',
      'x-deviation': 'Up to eight at a time; with a seed one after the other, the n-th with seed + n',
    }),
    prediction: z.looseObject({ content }).nullish().meta({
      description: 'What the answer will repeat, to guess its tokens from',
      'x-deviation':
        'Used where trying costs less than it brings; rejected_prediction_tokens are not in completion_tokens',
    }),
    n_predict: z.int().min(-1).nullish().meta({
      description: "llama.cpp's name of max_tokens; 0 only computes the prompt, to have it at hand later",
    }),
    reasoning_effort: z
      .string()
      .nullish()
      .meta({ description: 'none: do not think first; others are handed to the chat template' }),
    chat_template_kwargs: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({ description: 'More variables for the chat template, such as enable_thinking' }),
    ...samplingFields,
    ...streamFields,
    ...unused('store', 'metadata', 'service_tier', 'user', 'safety_identifier', 'prompt_cache_key'),
    ...unused('modalities', 'verbosity', 'web_search_options'),
  })
  .meta({ id: 'ChatCompletionRequest' })
export type ChatRequest = z.output<typeof chatRequest>

export const finishReason = z.enum(['stop', 'length', 'tool_calls', 'function_call'])
export type FinishReason = z.output<typeof finishReason>

const head = { id: z.string(), created: z.int(), model: z.string(), system_fingerprint: z.string() }

const wireToolCall = z.discriminatedUnion('type', [
  z.object({
    id: z.string(),
    type: z.literal('function'),
    function: z.object({ name: z.string(), arguments: z.string() }),
  }),
  z.object({
    id: z.string(),
    type: z.literal('custom'),
    custom: z.object({ name: z.string(), input: z.string() }),
  }),
])

const functionCall = z.object({ name: z.string(), arguments: z.string() })

const logprobs = z
  .object({
    content: z.array(likelihood.extend({ top_logprobs: z.array(likelihood) })),
    refusal: z.null(),
  })
  .nullable()
export type ChatLogprobs = z.output<typeof logprobs>

const chatCompletion = z
  .object({
    ...head,
    object: z.literal('chat.completion'),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.null(),
          reasoning_content: z.string().optional(),
          tool_calls: z.array(wireToolCall).optional(),
          function_call: functionCall.optional(),
        }),
        logprobs,
        finish_reason: finishReason,
        schema_violation: violation,
      }),
    ),
    usage,
    timings,
  })
  .meta({ id: 'ChatCompletion' })
export type ChatCompletion = z.output<typeof chatCompletion>

const chunkDelta = z.object({
  role: z.literal('assistant').optional(),
  content: z.string().nullable().optional(),
  reasoning_content: z.string().optional(),
  tool_calls: z
    .array(
      z.object({
        index: z.int(),
        id: z.string().optional(),
        type: z.enum(['function', 'custom']).optional(),
        function: z.object({ name: z.string().optional(), arguments: z.string() }).optional(),
        custom: z.object({ name: z.string().optional(), input: z.string() }).optional(),
      }),
    )
    .optional(),
  function_call: functionCall.partial().optional(),
})

/** One event of a stream. The last one before `[DONE]` has no choices but the usage, where that was asked for. */
export const chatChunk = z
  .object({
    ...head,
    object: z.literal('chat.completion.chunk'),
    choices: z.array(
      z.object({
        index: z.int(),
        delta: chunkDelta,
        logprobs,
        finish_reason: finishReason.nullable(),
        schema_violation: violation,
      }),
    ),
    usage: usage.optional(),
    timings: timings.optional(),
  })
  .meta({ id: 'ChatCompletionChunk' })
export type ChatChunk = z.output<typeof chatChunk>

export const createChatCompletion = endpoint({
  id: 'createChatCompletion',
  method: 'post',
  path: '/v1/chat/completions',
  aliases: ['/chat/completions', '/v1/v1/chat/completions'],
  summary: 'Answers a conversation, whole or as a stream',
  scope: 'inference',
  request: chatRequest,
  response: chatCompletion,
  stream: 'text/event-stream',
})
