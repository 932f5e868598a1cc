import type { ChatRequest, WireMessage, WireTool } from '../../contract/chat.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { ChatMessage, GenerateRequest, Tool, ToolCall } from '../../engine/engine.ts'
import { limitOf, mustBeOne, samplingOf, stopsOf } from '../sampling.ts'

/**
 * OpenAI's request as the engine's.
 *
 * @throws `invalid_value`, `unsupported_content`, with the field at fault
 */
export function chatRequest(body: ChatRequest): GenerateRequest {
  mustBeOne(body)
  if (body.messages.length === 0) {
    throw new ImpetusError('invalid_value', '"messages" is empty: send at least one message.', {
      param: 'messages',
    })
  }
  const tools = body.tool_choice === 'none' ? [] : (body.tools ?? []).flatMap(tool)
  const templateVariables = {
    ...(body.reasoning_effort != null && { reasoning_effort: body.reasoning_effort }),
    ...body.chat_template_kwargs,
  }
  return {
    prompt: {
      kind: 'chat',
      messages: body.messages.map(message),
      ...(tools.length > 0 && { tools }),
      ...(Object.keys(templateVariables).length > 0 && { templateVariables }),
    },
    ...limitOf(body.max_completion_tokens, body.max_tokens),
    stop: stopsOf(body),
    sampling: samplingOf(body),
  }
}

function message(from: WireMessage, index: number): ChatMessage {
  const content = contentOf(from, index)
  const toolCalls = (from.tool_calls ?? []).flatMap(toolCall)
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
function roleOf(role: string): ChatMessage['role'] {
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
      throw new ImpetusError(
        'unsupported_content',
        `This model reads text only, and a part is of type ${JSON.stringify(part.type.slice(0, 40))}. Send its text, or leave it out.`,
        { param: `messages.${index}.content.${at}` },
      )
    })
    .join('\n')
}

function toolCall(from: NonNullable<WireMessage['tool_calls']>[number], index: number): ToolCall[] {
  if (from.function == null) return []
  const { name, arguments: given } = from.function
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {})
  return [{ id: from.id ?? `call_${index}`, name, arguments: text }]
}

/** Tools of other kinds (`web_search`, `namespace`) are the client's own affair. */
function tool(from: WireTool): Tool[] {
  if (from.function == null) return []
  const { name, description, parameters } = from.function
  return [{ name, ...(description != null && { description }), ...(parameters != null && { parameters }) }]
}
