import type { ChatRequest, WireMessage, WireResponseFormat } from '../../contract/chat.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { ChatMessage, ToolCall } from '../../engine/engine.ts'
import type { ChatOptions } from '../../generation/plan.ts'
import { limitOf, samplingOf, stopsOf } from '../../generation/sampling.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import { customArguments } from '../custom.ts'
import { outputOf } from '../format.ts'
import { reasoningOf } from '../reasoning.ts'
import { toolsOf } from './tools.ts'

/**
 * OpenAI's request as the generator's; `n` is not in it.
 *
 * @throws `invalid_value`, `unsupported_content`, with the field at fault
 */
export function chatRequest(body: ChatRequest): AnswerRequest {
  if (body.messages.length === 0) {
    throw new ImpetusError('invalid_value', '"messages" is empty: send at least one message.', {
      param: 'messages',
    })
  }
  const { tools, custom: _, ...choice } = toolsOf(body)
  const output = formatOf(body.response_format)
  const { reasoning, variables } = reasoningOf(body.reasoning_effort)
  const templateVariables = { ...variables, ...body.chat_template_kwargs }
  const options: ChatOptions = { ...choice, ...(output && { output }), ...(reasoning && { reasoning }) }
  return {
    prompt: {
      kind: 'chat',
      messages: body.messages.map(message),
      ...(tools.length > 0 && { tools }),
      ...(Object.keys(templateVariables).length > 0 && { templateVariables }),
    },
    ...(isWarmUp(body)
      ? { maxTokens: 1 }
      : limitOf(body.max_completion_tokens, body.max_tokens, body.n_predict)),
    ...predictedOf(body.prediction),
    stop: stopsOf(body),
    sampling: samplingOf(body),
    ...(body.logprobs && { logprobs: { top: body.top_logprobs ?? 0 } }),
    ...(Object.keys(options).length > 0 && { options }),
  }
}

/** Whether only the prompt is to be computed, as llama.vim asks while an instruction is still being typed. */
export function isWarmUp({ n_predict }: ChatRequest): boolean {
  return n_predict === 0
}

function predictedOf(prediction: ChatRequest['prediction']): Pick<AnswerRequest, 'predicted'> {
  const content = prediction?.content
  if (content == null) return {}
  const text = typeof content === 'string' ? content : content.map(part => part.text ?? '').join('')
  return text === '' ? {} : { predicted: text }
}

function formatOf(format: WireResponseFormat): ChatOptions['output'] {
  if (format == null) return undefined
  const { type, json_schema, schema } = format
  const param = 'response_format'
  if (json_schema == null) return outputOf({ type, schema, param, schemaParam: `${param}.schema` })
  return outputOf({ type, schema: json_schema.schema, param, schemaParam: `${param}.json_schema.schema` })
}

function message(from: WireMessage, index: number): ChatMessage {
  const content = contentOf(from, index)
  const toolCalls = [...(from.tool_calls ?? []).flatMap(toolCall), ...functionCall(from, index)]
  return {
    role: roleOf(from.role),
    content,
    ...(from.reasoning_content != null && { reasoning: from.reasoning_content }),
    ...(from.name != null && { name: from.name }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(from.tool_call_id != null && { toolCallId: from.tool_call_id }),
  }
}

/** Newer and unknown roles are no reason to refuse a request; templates know these four. */
export function roleOf(role: string): ChatMessage['role'] {
  switch (role) {
    case 'system':
    case 'developer':
      return 'system'
    case 'assistant':
      return 'assistant'
    case 'tool':
    case 'function':
      return 'tool'
    default:
      return 'user'
  }
}

/** Parts are joined by line breaks, as llama.cpp's server and vLLM do: agents put whole documents into each. */
function contentOf({ content, refusal }: WireMessage, index: number): string {
  if (content == null) return refusal ?? ''
  if (typeof content === 'string') return content
  return content
    .map((part, at) => {
      const text = part.text ?? part.refusal
      if (text != null) return text
      throw unreadable(part.type, `messages.${index}.content.${at}`)
    })
    .join('\n')
}

/** The refusal of a part that no text model reads. */
export function unreadable(type: string, param: string): ImpetusError {
  return new ImpetusError(
    'unsupported_content',
    `This model reads text only, and a part is of type ${JSON.stringify(type.slice(0, 40))}. Send its text, or leave it out.`,
    { param },
  )
}

type WireCall = NonNullable<WireMessage['tool_calls']>[number]

function toolCall(from: WireCall, index: number): ToolCall[] {
  if (from.custom != null) {
    const { name, input } = from.custom
    return [{ id: from.id ?? `call_${index}`, name, arguments: customArguments(input ?? '') }]
  }
  if (from.function == null) return []
  const { name, arguments: given } = from.function
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {})
  return [{ id: from.id ?? `call_${index}`, name, arguments: text }]
}

/** The older form, which had no ids: a result follows its call. */
function functionCall({ function_call }: WireMessage, index: number): ToolCall[] {
  return function_call == null ? [] : toolCall({ function: function_call, id: `call_${index}` }, 0)
}
