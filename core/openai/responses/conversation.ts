import type { WireItem } from '../../contract/responses.ts'
import type { ChatMessage, ToolCall } from '../../engine/engine.ts'
import { roleOf, unreadable } from '../chat/prompt.ts'

/**
 * Items as messages. What the assistant thought, said and called in one go becomes one message. Items of kinds that
 * nobody knows here are left out.
 *
 * @throws `unsupported_content` for parts that no text model reads
 */
export function messagesOf(items: readonly WireItem[]): readonly ChatMessage[] {
  const messages: ChatMessage[] = []
  /** Reasoning that waits for what followed from it. */
  let thought = ''
  const add = (message: ChatMessage) => {
    const { reasoning = '' } = message
    const all = message.role === 'assistant' ? joined(thought, reasoning) : ''
    thought = ''
    messages.push(all === '' ? message : { ...message, reasoning: all })
  }
  for (const [index, item] of items.entries()) {
    const { type, call_id: callId } = item
    if (type === 'reasoning') {
      thought = joined(thought, textOf(item.content ?? item.summary, `input.${index}.content`))
    } else if (callId != null && type?.endsWith('_output')) {
      const content = outputText(item.output, `input.${index}.output`)
      add({ role: 'tool', toolCallId: callId, content })
    } else if (callId != null && type?.endsWith('_call')) {
      const call = callOf(item, callId)
      const last = messages.at(-1)
      if (last?.role !== 'assistant' || thought !== '')
        add({ role: 'assistant', content: '', toolCalls: [call] })
      else messages[messages.length - 1] = { ...last, toolCalls: [...(last.toolCalls ?? []), call] }
    } else if (item.role != null) {
      add({ role: roleOf(item.role), content: textOf(item.content, `input.${index}.content`) })
    }
  }
  return messages
}

function joined(one: string, two: string): string {
  return one === '' || two === '' ? one + two : `${one}\n${two}`
}

function textOf(content: WireItem['content'], param: string): string {
  if (content == null) return ''
  if (typeof content === 'string') return content
  return content
    .map((part, at) => {
      const text = part.text ?? part.refusal
      if (text != null) return text
      throw unreadable(part.type, `${param}.${at}`)
    })
    .join('\n')
}

/** Tools of other kinds have an input instead of arguments. */
function callOf({ type, name, arguments: given, input }: WireItem, id: string): ToolCall {
  return {
    id,
    name: name ?? type ?? '',
    arguments: given ?? JSON.stringify(input === undefined ? {} : { input }),
  }
}

/** What a tool gave that no text model reads; its bytes would be read as words. */
const unread = new Set(['input_image', 'input_file', 'input_audio', 'computer_screenshot'])

/** A result is a text, parts of text, or whatever the client's tool gave. */
function outputText(output: unknown, param: string): string {
  if (typeof output === 'string') return output
  if (!Array.isArray(output)) return partText(output ?? null, param)
  return output.map((part, at) => partText(part, `${param}.${at}`)).join('\n')
}

function partText(part: unknown, param: string): string {
  if (isText(part)) return part.text
  if (typeof part === 'object' && part !== null && 'type' in part && unread.has(String(part.type)))
    throw unreadable(String(part.type), param)
  return JSON.stringify(part)
}

function isText(part: unknown): part is { readonly text: string } {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
}
