import type { ChatMessage, Tool, ToolCall } from '../../engine/engine.ts'
import type { ToolFormat } from '../toolcalls/format.ts'
import type { TemplateFacts } from './probe.ts'
import { describeTools, writeCalls, writeResult } from './written-tools.ts'

/** What is to be made of the messages. */
export interface Adaptation {
  readonly facts: TemplateFacts
  /** Tools that the template does not tell the model of. */
  readonly describe: readonly Tool[]
  /** How the model writes calls, where that is shown to it. */
  readonly notation: ToolFormat | undefined
  /** Whether earlier calls are written by hand, because the template leaves them out. */
  readonly byHand: boolean
}

/**
 * The same conversation as messages that this template takes. What it cannot show is put into words, never dropped:
 * tools, calls, results and system messages become text of the neighbours. Equal beginnings stay equal, so that the
 * state of earlier turns can be reused.
 */
export function adaptMessages(
  messages: readonly ChatMessage[],
  adaptation: Adaptation,
): readonly ChatMessage[] {
  const { facts, describe, notation, byHand } = adaptation
  const handwritten = byHand ? notation : undefined
  let adapted = messages
  if (facts.syntax?.kind === 'harmony') adapted = adapted.map(joinThoughts)
  if (handwritten) adapted = adapted.map(message => withWrittenCalls(message, handwritten))
  else if (!facts.parallelCalls) adapted = splitCalls(adapted)
  if (handwritten || !facts.toolResults) adapted = adapted.map(withWrittenResult)
  if (!handwritten && facts.shortIds) adapted = adapted.map(withShortIds)
  if (describe.length > 0) adapted = withSystem(adapted, describeTools(describe, notation))
  if (!facts.lateSystem) adapted = adapted.map(asUser)
  if (!facts.system) adapted = systemToUser(adapted)
  return handwritten || !facts.toolResults || facts.alternates || !facts.lateSystem
    ? joinUsers(adapted, facts.alternates)
    : adapted
}

/** Harmony has one place for what was said before a call. */
function joinThoughts(message: ChatMessage): ChatMessage {
  if (!message.toolCalls?.length || !message.reasoning || message.content === '') return message
  return { ...message, reasoning: `${message.reasoning}\n${message.content}`, content: '' }
}

function withWrittenCalls(message: ChatMessage, format: ToolFormat): ChatMessage {
  const { toolCalls = [], ...rest } = message
  if (toolCalls.length === 0) return message
  const written = writeCalls(format, toolCalls)
  return { ...rest, content: message.content === '' ? written : `${message.content}\n${written}` }
}

function withWrittenResult(message: ChatMessage): ChatMessage {
  return message.role === 'tool' ? { role: 'user', content: writeResult(message) } : message
}

/** Each call in a message of its own, followed by its result. */
function splitCalls(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.flatMap((message, index) => {
    const calls = message.toolCalls ?? []
    if (calls.length < 2) return isMoved(messages, index) ? [] : [message]
    const results = resultsAfter(messages, index)
    return calls.flatMap((call, at): ChatMessage[] => {
      const { reasoning: _, ...bare } = message
      const own = results.filter(result => result.toolCallId === call.id)
      return [{ ...(at === 0 ? message : { ...bare, content: '' }), toolCalls: [call] }, ...own]
    })
  })
}

/** The results that follow the calls at `index`. */
function resultsAfter(messages: readonly ChatMessage[], index: number): readonly ChatMessage[] {
  const after = messages.slice(index + 1)
  const end = after.findIndex(message => message.role !== 'tool')
  return end < 0 ? after : after.slice(0, end)
}

/** Whether this is a result that `splitCalls` puts behind its call. */
function isMoved(messages: readonly ChatMessage[], index: number): boolean {
  if (messages[index]?.role !== 'tool') return false
  let caller = index - 1
  while (messages[caller]?.role === 'tool') caller -= 1
  const calls: readonly ToolCall[] = messages[caller]?.toolCalls ?? []
  return calls.length > 1 && calls.some(call => call.id === messages[index]?.toolCallId)
}

/** Nine letters and digits of the id, the same ones every time. */
function shortId(id: string): string {
  return id
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(-9)
    .padStart(9, '0')
}

function withShortIds(message: ChatMessage): ChatMessage {
  return {
    ...message,
    ...(message.toolCallId !== undefined && { toolCallId: shortId(message.toolCallId) }),
    ...(message.toolCalls && {
      toolCalls: message.toolCalls.map(call => ({ ...call, id: shortId(call.id) })),
    }),
  }
}

function withSystem(messages: readonly ChatMessage[], text: string): readonly ChatMessage[] {
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: text }, ...messages]
  return [{ ...first, content: first.content === '' ? text : `${first.content}\n\n${text}` }, ...rest]
}

function asUser(message: ChatMessage, index: number): ChatMessage {
  return message.role === 'system' && index > 0 ? { ...message, role: 'user' } : message
}

function systemToUser(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [first, second, ...rest] = messages
  if (first?.role !== 'system') return messages
  if (second?.role !== 'user') return [{ ...first, role: 'user' }, ...messages.slice(1)]
  return [{ ...second, content: `${first.content}\n\n${second.content}` }, ...rest]
}

/** Messages of the user in a row become one: always those we made, all where the template asks for turns. */
function joinUsers(messages: readonly ChatMessage[], all: boolean): readonly ChatMessage[] {
  const joined: ChatMessage[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    const joins =
      message.role === 'user' && last?.role === 'user' && (all || isResult(last) || isResult(message))
    if (joins)
      joined[joined.length - 1] = {
        ...last,
        content: `${last.content}${isResult(message) ? '\n' : '\n\n'}${message.content}`,
      }
    else joined.push(message)
  }
  return joined
}

function isResult(message: ChatMessage): boolean {
  return message.content.startsWith('<tool_response>\n')
}
