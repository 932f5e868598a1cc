import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { list, samplingFields, stop, streamFields, timings, usage } from './openai.ts'

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

const toolCall = z
  .looseObject({
    id: z.string().nullish(),
    type: z.string().nullish(),
    function: z
      .looseObject({
        name: z.string(),
        arguments: z
          .union([z.string(), z.record(z.string(), z.unknown())], {
            error: 'must be JSON as a text, or an object',
          })
          .nullish(),
      })
      .nullish(),
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
  })
  .meta({ id: 'ChatMessageInput' })
export type WireMessage = z.output<typeof message>

const tool = z
  .looseObject({
    type: z.string().nullish(),
    function: z
      .looseObject({
        name: z.string(),
        description: z.string().nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullish(),
  })
  .meta({ id: 'ChatTool' })
export type WireTool = z.output<typeof tool>

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
    messages: list(message, most.messages),
    tools: list(tool, most.tools).nullish(),
    tool_choice: z
      .union([z.string(), z.looseObject({})], { error: 'must be a text or an object' })
      .nullish()
      .meta({ description: 'With "none" the model does not see the tools' }),
    max_tokens: tokenLimit.meta({ description: 'Without a limit the answer may fill the context' }),
    max_completion_tokens: tokenLimit,
    stop,
    n: z.int().min(1).max(128).nullish().meta({ description: 'Only 1 for now' }),
    reasoning_effort: z.string().nullish().meta({ description: 'Handed to the chat template' }),
    chat_template_kwargs: z
      .record(z.string(), z.unknown())
      .nullish()
      .meta({ description: 'More variables for the chat template, such as enable_thinking' }),
    ...samplingFields,
    ...streamFields,
  })
  .meta({ id: 'ChatCompletionRequest' })
export type ChatRequest = z.output<typeof chatRequest>

export const finishReason = z.enum(['stop', 'length', 'tool_calls'])
export type FinishReason = z.output<typeof finishReason>

const head = { id: z.string(), created: z.int(), model: z.string(), system_fingerprint: z.string() }

const wireToolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})

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
        }),
        logprobs: z.null(),
        finish_reason: finishReason,
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
        type: z.literal('function').optional(),
        function: z.object({ name: z.string().optional(), arguments: z.string() }),
      }),
    )
    .optional(),
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
        logprobs: z.null(),
        finish_reason: finishReason.nullable(),
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
