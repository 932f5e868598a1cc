import type { ChatRequest, WireMessage, WireTool } from '../../contract/ollama.ts'
import type { ChatMessage, Tool, ToolCall } from '../../engine/engine.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import { limitsOf, mustHaveNoImages, wishesOf } from '../request.ts'

/**
 * Ollama's chat as the engine's.
 *
 * @throws `invalid_value`, `unsupported_content`, with the field at fault
 */
export function chatRequest(body: ChatRequest): AnswerRequest {
  const tools = (body.tools ?? []).flatMap(tool)
  const { options, variables } = wishesOf(body)
  return {
    ...limitsOf(body),
    prompt: {
      kind: 'chat',
      messages: messagesOf(body.messages ?? []),
      ...(tools.length > 0 && { tools }),
      ...variables,
    },
    options,
  }
}

/** Calls have no ids here; templates want them. A result belongs to the first call of that name without one. */
function messagesOf(messages: readonly WireMessage[]): ChatMessage[] {
  const unanswered: ToolCall[] = []
  let count = 0
  return messages.map((message, index) => {
    mustHaveNoImages(message.images, `messages.${index}.images`)
    const { content, thinking, tool_calls, tool_name, tool_call_id } = message
    const toolCalls = (tool_calls ?? []).map(({ id, function: { name, arguments: given } }): ToolCall => {
      return { id: id ?? `call_${count++}`, name, arguments: JSON.stringify(given ?? {}) }
    })
    const role = roleOf(message.role)
    unanswered.push(...toolCalls)
    const answered = role === 'tool' ? take(unanswered, tool_name, tool_call_id) : undefined
    const toolCallId = tool_call_id ?? answered?.id
    return {
      role,
      content: content ?? '',
      ...(thinking != null && thinking !== '' && { reasoning: thinking }),
      ...(tool_name != null && { name: tool_name }),
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(toolCallId !== undefined && { toolCallId }),
    }
  })
}

function take(
  calls: ToolCall[],
  name: string | null | undefined,
  id: string | null | undefined,
): ToolCall | undefined {
  const fits = (call: ToolCall) => (id == null ? name == null || call.name === name : call.id === id)
  const place = calls.findIndex(fits)
  return place < 0 ? undefined : calls.splice(place, 1)[0]
}

function roleOf(role: string): ChatMessage['role'] {
  return role === 'system' || role === 'assistant' || role === 'tool' ? role : 'user'
}

function tool({ function: declared }: WireTool): Tool[] {
  if (declared?.name == null) return []
  const { name, description, parameters } = declared
  return [{ name, ...(description != null && { description }), ...(parameters != null && { parameters }) }]
}
