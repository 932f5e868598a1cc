import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { list, unused, violation } from './openai.ts'

/** Far above what agents send, far below what would hold the event loop. */
const most = { messages: 10_000, blocks: 10_000, tools: 2000, stops: 1024 }

/** Blocks inside a tool's result, and of a text document. */
const innerBlock = z.looseObject({ type: z.string(), text: z.string().nullish() })

const contentBlock = z
  .looseObject({
    type: z.string().meta({ description: 'text, tool_use, tool_result, thinking, document …' }),
    text: z.string().nullish(),
    thinking: z.string().nullish(),
    id: z.string().nullish(),
    name: z.string().nullish(),
    input: z.record(z.string(), z.unknown()).nullish().meta({ description: 'Of a tool_use' }),
    tool_use_id: z.string().nullish(),
    content: z
      .union([z.string(), list(innerBlock, most.blocks)], { error: 'must be a text or a list of blocks' })
      .nullish()
      .meta({ description: 'Of a tool_result' }),
    is_error: z.boolean().nullish(),
    source: z
      .union([
        z.looseObject({
          type: z.string(),
          data: z.string().nullish(),
          content: z.union([z.string(), list(innerBlock, most.blocks)]).nullish(),
        }),
        z.string(),
      ])
      .nullish()
      .meta({ description: 'Of a document; those of text are read' }),
  })
  .meta({ id: 'AnthropicContentBlock' })
export type WireBlock = z.output<typeof contentBlock>
export type WireInnerBlock = z.output<typeof innerBlock>

const content = z.union([z.string(), list(contentBlock, most.blocks)], {
  error: 'must be a text or a list of blocks',
})

const message = z
  .looseObject({ role: z.string().meta({ description: 'user, assistant; system too' }), content })
  .meta({ id: 'AnthropicMessageInput' })
export type WireMessage = z.output<typeof message>

const tool = z
  .looseObject({
    type: z.string().nullish(),
    name: z.string(),
    description: z.string().nullish(),
    input_schema: z.record(z.string(), z.unknown()).nullish(),
  })
  .meta({ id: 'AnthropicTool' })
export type WireTool = z.output<typeof tool>

const toolChoice = z
  .looseObject({
    type: z.string().meta({ description: 'auto, any, tool or none' }),
    name: z.string().nullish(),
    disable_parallel_tool_use: z.boolean().nullish(),
  })
  .nullish()

const outputFormat = z
  .looseObject({ type: z.string(), schema: z.record(z.string(), z.unknown()).nullish() })
  .nullish()

/** What both the answer and the count are made from. */
const promptFields = {
  model: z
    .string()
    .nullish()
    .meta({ description: 'An id from /v1/models; the default model where it is missing' }),
  messages: list(message, most.messages).meta({
    'x-deviation':
      'Images are refused, and documents that are no text. A last message of the assistant is answered, not gone on with. System messages after the first turn count as the user’s',
  }),
  system: content.nullish(),
  tools: list(tool, most.tools)
    .nullish()
    .meta({ 'x-deviation': 'Those that Anthropic runs on its servers are left out' }),
  tool_choice: toolChoice,
  thinking: z
    .looseObject({ type: z.string(), budget_tokens: z.int().min(1).nullish() })
    .nullish()
    .meta({ description: 'enabled, disabled, adaptive; for models that think' }),
  output_config: z
    .looseObject({ effort: z.string().nullish(), format: outputFormat })
    .nullish()
    .meta({ description: 'format holds the answer to a JSON Schema' }),
  output_format: outputFormat.meta({ description: 'The older name of output_config.format' }),
}

const messagesRequest = z
  .looseObject({
    ...promptFields,
    max_tokens: z.int().min(0).nullish().meta({ description: 'Without it the answer may fill the context' }),
    stop_sequences: list(z.string(), most.stops).nullish(),
    stream: z.boolean().nullish(),
    temperature: z.number().min(0).max(100).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    top_k: z.int().min(0).nullish(),
    metadata: z.looseObject({}).nullish().meta({ 'x-deviation': 'Taken and not used' }),
    ...unused('cache_control', 'container', 'context_management', 'mcp_servers', 'service_tier', 'betas'),
  })
  .meta({ id: 'AnthropicMessagesRequest' })
export type MessagesRequest = z.output<typeof messagesRequest>

const countRequest = z.looseObject(promptFields).meta({ id: 'AnthropicCountRequest' })
export type CountRequest = z.output<typeof countRequest>

const answerBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), citations: z.null() }),
  z.object({
    type: z.literal('thinking'),
    thinking: z.string(),
    signature: z.string().meta({ description: 'Always empty: nothing here needs to be verified later' }),
  }),
  z.object({
    type: z.literal('tool_use'),
    id: z.string(),
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
  }),
])
export type AnswerBlock = z.output<typeof answerBlock>

const stopReason = z.enum(['end_turn', 'max_tokens', 'stop_sequence', 'tool_use'])
export type StopReason = z.output<typeof stopReason>

const usage = z
  .object({
    input_tokens: z.int().meta({ description: 'Tokens of the prompt that were computed' }),
    cache_creation_input_tokens: z.int(),
    cache_read_input_tokens: z
      .int()
      .meta({ description: 'Tokens of the prompt that were not computed again' }),
    output_tokens: z.int(),
    output_tokens_details: z.object({ thinking_tokens: z.int() }),
  })
  .meta({ id: 'AnthropicUsage' })
export type WireUsage = z.output<typeof usage>

const messageAnswer = z
  .object({
    id: z.string(),
    type: z.literal('message'),
    role: z.literal('assistant'),
    model: z.string(),
    content: z.array(answerBlock),
    stop_reason: stopReason.nullable(),
    stop_sequence: z.string().nullable(),
    schema_violation: violation,
    usage,
  })
  .meta({ id: 'AnthropicMessage' })
export type MessageAnswer = z.output<typeof messageAnswer>

const blockDelta = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text_delta'), text: z.string() }),
  z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
  z.object({ type: z.literal('signature_delta'), signature: z.string() }),
  z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
])

/** One event of a stream; its `event:` line has the type. */
export const messageEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_start'), message: messageAnswer }),
  z.object({ type: z.literal('content_block_start'), index: z.int(), content_block: answerBlock }),
  z.object({ type: z.literal('content_block_delta'), index: z.int(), delta: blockDelta }),
  z.object({ type: z.literal('content_block_stop'), index: z.int() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({
      stop_reason: stopReason,
      stop_sequence: z.string().nullable(),
      schema_violation: violation,
    }),
    usage,
  }),
  z.object({ type: z.literal('message_stop') }),
])
export type MessageEvent = z.output<typeof messageEvent>

export const createMessage = endpoint({
  id: 'createMessage',
  method: 'post',
  path: '/v1/messages',
  aliases: ['/messages', '/v1/v1/messages'],
  summary: "Anthropic's: answers a conversation, whole or as a stream",
  scope: 'inference',
  request: messagesRequest,
  response: messageAnswer,
  stream: 'text/event-stream',
})

export const countMessageTokens = endpoint({
  id: 'countMessageTokens',
  method: 'post',
  path: '/v1/messages/count_tokens',
  aliases: ['/messages/count_tokens', '/v1/v1/messages/count_tokens'],
  summary: "Anthropic's: the tokens that a conversation's prompt has, with its tools",
  scope: 'inference',
  request: countRequest,
  response: z.object({ input_tokens: z.int() }),
})

/** A model as Anthropic's list shows it: what `/v1/models` answers to a request with the header `anthropic-version`. */
export const anthropicModel = z
  .object({
    type: z.literal('model'),
    id: z.string(),
    display_name: z.string(),
    created_at: z.string().meta({ description: 'When the file was last changed, RFC 3339' }),
    max_input_tokens: z.int().nullable(),
    max_tokens: z.int().nullable(),
  })
  .meta({ id: 'AnthropicModel' })
export type AnthropicModel = z.output<typeof anthropicModel>

export interface AnthropicModelPage {
  readonly data: readonly AnthropicModel[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
}
