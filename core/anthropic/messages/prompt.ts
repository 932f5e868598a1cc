import type { CountRequest, MessagesRequest, WireTool } from '../../contract/anthropic.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { ChatPrompt, Tool } from '../../engine/engine.ts'
import type { ChatOptions } from '../../generation/plan.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import { conversationOf } from './conversation.ts'

/**
 * Anthropic's request as the engine's.
 *
 * @throws `invalid_value`, `unsupported_content`, with the field at fault
 */
export function messagesRequest(body: MessagesRequest): AnswerRequest {
  return {
    ...chatOf(body),
    ...(body.max_tokens != null && { maxTokens: body.max_tokens }),
    stop: (body.stop_sequences ?? []).filter(text => text !== ''),
    sampling: {
      ...(body.temperature != null && { temperature: body.temperature }),
      ...(body.top_p != null && { topP: body.top_p }),
      ...(body.top_k != null && { topK: body.top_k }),
    },
  }
}

/** The chat that a request is about, which is also what its tokens are counted of. */
export function chatOf(body: CountRequest): Pick<AnswerRequest, 'options'> & { readonly prompt: ChatPrompt } {
  if (body.messages.length === 0) {
    throw new ImpetusError('invalid_value', '"messages" is empty: send at least one message.', {
      param: 'messages',
    })
  }
  const tools = (body.tools ?? []).flatMap(tool)
  const options = {
    ...choiceOf(body.tool_choice),
    ...outputOf(body),
    ...reasoningOf(body.thinking),
  }
  const effort = body.output_config?.effort
  return {
    prompt: {
      kind: 'chat',
      messages: conversationOf(body.system, body.messages),
      ...(tools.length > 0 && { tools }),
      ...(effort != null && { templateVariables: { reasoning_effort: effort } }),
    },
    ...(Object.keys(options).length > 0 && { options }),
  }
}

/** Tools that Anthropic runs on its own servers have a type and no schema: nobody would run them here. */
function tool({ type, name, description, input_schema }: WireTool): Tool[] {
  if (type != null && type !== 'custom' && input_schema == null) return []
  return [
    {
      name,
      ...(description != null && { description }),
      ...(input_schema != null && { parameters: input_schema }),
    },
  ]
}

function choiceOf(choice: CountRequest['tool_choice']): ChatOptions {
  const parallel = choice?.disable_parallel_tool_use ? { parallelToolCalls: false } : {}
  switch (choice?.type) {
    case 'none':
    case 'auto':
      return { toolChoice: choice.type, ...parallel }
    case 'any':
      return { toolChoice: 'required', ...parallel }
    case 'tool':
      return { toolChoice: { name: choice.name ?? '' }, ...parallel }
    default:
      return parallel
  }
}

function outputOf({ output_config, output_format }: CountRequest): ChatOptions {
  const format = output_config?.format ?? output_format
  if (format?.type !== 'json_schema') return {}
  const param = output_config?.format == null ? 'output_format.schema' : 'output_config.format.schema'
  return { output: { kind: 'schema', schema: format.schema ?? {}, param } }
}

/** `adaptive`, the newest way, leaves it to the model, as saying nothing does. */
function reasoningOf(thinking: CountRequest['thinking']): ChatOptions {
  if (thinking?.type === 'disabled') return { reasoning: { enabled: false } }
  if (thinking?.type !== 'enabled') return {}
  const { budget_tokens } = thinking
  return { reasoning: { enabled: true, ...(budget_tokens != null && { budgetTokens: budget_tokens }) } }
}
