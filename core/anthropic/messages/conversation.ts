import type { WireBlock, WireInnerBlock, WireMessage } from '../../contract/anthropic.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { ChatMessage, ToolCall } from '../../engine/engine.ts'

/**
 * Anthropic's system prompt and messages as the engine's. Turns of the same speaker that follow each other are one
 * turn, as Anthropic has them; a tool's results become messages of their own.
 *
 * @throws `unsupported_content`, with the block at fault
 */
export function conversationOf(
  system: string | readonly WireBlock[] | null | undefined,
  messages: readonly WireMessage[],
): ChatMessage[] {
  const turns = messages.flatMap((message, index) => turnsOf(message, `messages.${index}.content`))
  const firstSpoken = turns.findIndex(turn => turn.role !== 'system')
  const opening = firstSpoken < 0 ? turns : turns.slice(0, firstSpoken)
  const instructions = [systemText(system), ...opening.map(turn => turn.content)].filter(text => text !== '')
  const spoken = firstSpoken < 0 ? [] : turns.slice(firstSpoken).map(asSpoken)
  const first: ChatMessage[] =
    instructions.length === 0 ? [] : [{ role: 'system', content: instructions.join('\n\n') }]
  return [...first, ...joined(spoken)]
}

/** Templates know instructions only at the beginning: later ones are said by the user, as Claude Code does itself. */
function asSpoken(turn: ChatMessage): ChatMessage {
  return turn.role === 'system' ? { role: 'user', content: turn.content } : turn
}

/** Claude Code's first block is for Anthropic's accounts; it is another one in every request, which undoes the prefix cache. */
const billing = /^x-anthropic-billing-header:/

function systemText(system: string | readonly WireBlock[] | null | undefined): string {
  if (system == null) return ''
  if (typeof system === 'string') return system
  return texts(
    system.filter(block => !billing.test(block.text ?? '')),
    'system',
  )
}

function turnsOf({ role, content }: WireMessage, param: string): ChatMessage[] {
  if (typeof content === 'string') return [{ role: roleOf(role), content }]
  if (role === 'assistant') return [assistantTurn(content, param)]
  const turns: ChatMessage[] = []
  content.forEach((block, index) => {
    const at = `${param}.${index}`
    if (block.type === 'tool_result') turns.push(toolTurn(block, at))
    else {
      const text = textOf(block, at)
      if (text !== undefined) turns.push({ role: roleOf(role), content: text })
    }
  })
  return turns.length === 0 ? [{ role: roleOf(role), content: '' }] : joined(turns)
}

function roleOf(role: string): 'system' | 'user' | 'assistant' {
  if (role === 'assistant') return 'assistant'
  return role === 'system' || role === 'developer' ? 'system' : 'user'
}

function assistantTurn(blocks: readonly WireBlock[], param: string): ChatMessage {
  const text: string[] = []
  const reasoning: string[] = []
  const toolCalls: ToolCall[] = []
  blocks.forEach((block, index) => {
    if (block.type === 'thinking') reasoning.push(block.thinking ?? '')
    else if (block.type === 'tool_use') toolCalls.push(callOf(block, toolCalls.length))
    else {
      const said = textOf(block, `${param}.${index}`)
      if (said !== undefined) text.push(said)
    }
  })
  return {
    role: 'assistant',
    content: text.join('\n'),
    ...(reasoning.length > 0 && { reasoning: reasoning.join('\n') }),
    ...(toolCalls.length > 0 && { toolCalls }),
  }
}

function callOf({ id, name, input }: WireBlock, index: number): ToolCall {
  return { id: id ?? `call_${index}`, name: name ?? '', arguments: JSON.stringify(input ?? {}) }
}

function toolTurn({ content, tool_use_id, is_error }: WireBlock, param: string): ChatMessage {
  const text = content == null ? '' : typeof content === 'string' ? content : texts(content, param)
  return {
    role: 'tool',
    // No template has a place for the flag: the words must say it.
    content: is_error && !/^.{0,40}error/is.test(text) ? `Error: ${text}` : text,
    ...(tool_use_id != null && { toolCallId: tool_use_id }),
  }
}

/** Documents are joined by line breaks, as everywhere here: agents put whole documents into each block. */
function texts(blocks: readonly (WireBlock | WireInnerBlock)[], param: string): string {
  return blocks.flatMap((block, index) => textOf(block, `${param}.${index}`) ?? []).join('\n')
}

/** Undefined for what is no part of the conversation: what Anthropic's own servers did, reasoning in cipher. */
function textOf(block: WireBlock | WireInnerBlock, param: string): string | undefined {
  if (block.type === 'image' || block.type === 'container_upload') throw notText(block.type, param)
  if (block.type === 'document') return documentText(block, param)
  if (block.text != null) return block.text
  if (block.type === 'search_result' && 'content' in block && Array.isArray(block.content)) {
    return texts(block.content as WireInnerBlock[], `${param}.content`)
  }
  return undefined
}

function documentText(block: WireBlock | WireInnerBlock, param: string): string {
  const source = 'source' in block ? (block as WireBlock).source : undefined
  if (source == null || typeof source === 'string') throw notText('document', param)
  const { type, data, content } = source
  if (type === 'text' && data != null) return data
  if (type === 'content' && content != null) {
    return typeof content === 'string' ? content : texts(content, `${param}.source.content`)
  }
  throw notText(`document (${type})`, param)
}

function notText(type: string, param: string): ImpetusError {
  const shown = JSON.stringify(type.slice(0, 40))
  return new ImpetusError(
    'unsupported_content',
    `This model reads text only, and a block is of type ${shown}. Send its text, or leave it out.`,
    { param },
  )
}

/** One turn for several of the same speaker. Results of tools stay apart: each answers a call of its own. */
function joined(turns: readonly ChatMessage[]): ChatMessage[] {
  const all: ChatMessage[] = []
  for (const turn of turns) {
    const last = all.at(-1)
    if (last === undefined || last.role !== turn.role || turn.role === 'tool') all.push(turn)
    else all[all.length - 1] = both(last, turn)
  }
  return all
}

function both(first: ChatMessage, second: ChatMessage): ChatMessage {
  const reasoning = [first.reasoning, second.reasoning].filter(text => text !== undefined).join('\n')
  const toolCalls = [...(first.toolCalls ?? []), ...(second.toolCalls ?? [])]
  return {
    role: first.role,
    content: [first.content, second.content].filter(text => text !== '').join('\n'),
    ...(reasoning !== '' && { reasoning }),
    ...(toolCalls.length > 0 && { toolCalls }),
  }
}
