import type { ChatAsked, ChatMessage, ChatPrompt, GenerateRequest, Tool } from '../engine.ts'
import { exampleOf, fittingCall } from './arguments.ts'

/** What the scripted engine will say to a prompt. */
export type Script =
  | { readonly say: 'text'; readonly text: string }
  | { readonly say: 'toolCall'; readonly name: string; readonly arguments: string }

/**
 * The rule, the same every time: tools and a user's turn → one call of the first fitting tool, or of the one that the
 * user's words name; a tool's result → an answer that repeats it; else a plain answer.
 */
export function scriptFor({ prompt, chat: asked = {} }: Pick<GenerateRequest, 'prompt' | 'chat'>): Script {
  switch (prompt.kind) {
    case 'chat':
      return chatScript(prompt, asked)
    case 'text':
      return { say: 'text', text: counted(prompt.text) ?? ' and so it goes on.' }
    case 'tokens':
      return { say: 'text', text: ' and so it goes on.' }
    case 'infill':
      return { say: 'text', text: ' between ' }
  }
}

function chatScript(chat: ChatPrompt, { toolChoice, output }: ChatAsked): Script {
  const turn = lastTurn(chat.messages)
  const result = turn.findLast(({ role }) => role === 'tool')
  const mustCall = toolChoice === 'required' || typeof toolChoice === 'object'
  const isUsersTurn = chat.messages.at(-1)?.role === 'user' && result === undefined
  if (chat.tools !== undefined && (mustCall || isUsersTurn)) {
    const call = callFor(chat.tools, turn)
    if (call !== undefined) return { say: 'toolCall', ...call }
  }
  const text = answer(chat.messages.at(-1), result)
  if (output?.kind === 'object') return { say: 'text', text: JSON.stringify({ answer: text }) }
  if (output?.kind !== 'schema') return { say: 'text', text }
  return { say: 'text', text: JSON.stringify(exampleOf(output.schema) ?? {}) }
}

function answer(last: ChatMessage | undefined, result: ChatMessage | undefined): string {
  if (last === undefined) return 'Nothing was said.'
  if (result !== undefined) return `The tool answered: ${shortened(result.content)}`
  return counted(last.content) ?? `You said: ${shortened(last.content)}`
}

/** What was said since the last answer in words: some agents put reminders behind a tool's result. */
function lastTurn(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const answered = messages.findLastIndex(
    ({ role, toolCalls = [] }) => role === 'assistant' && toolCalls.length === 0,
  )
  return messages.slice(answered + 1)
}

/** "call read with {"path": "a.txt"}" is obeyed where there is such a tool: the way to ask for one certain call. */
function callFor(
  tools: readonly Tool[],
  turn: readonly ChatMessage[],
): { name: string; arguments: string } | undefined {
  const said = turn.map(({ role, content }) => (role === 'user' ? content : '')).join('\n')
  const match = /\bcall ([\w.-]+) with (?=\{)/.exec(said)
  if (match === null) return fittingCall(tools)
  const [words, name = ''] = match
  const json = leadingJson(said.slice(match.index + words.length))
  return json !== undefined && tools.some(tool => tool.name === name) ? { name, arguments: json } : undefined
}

/** The object that a text begins with. */
function leadingJson(text: string): string | undefined {
  for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}', end + 1)) {
    const candidate = text.slice(0, end + 1)
    try {
      JSON.parse(candidate)
      return candidate
    } catch {
      // Not yet the end of it.
    }
  }
  return undefined
}

/** "count to 500" is answered by doing it: the way to ask for a long stream. */
function counted(text: string): string | undefined {
  const match = /\bcount to (\d{1,6})\b/i.exec(text)
  if (match === null) return undefined
  return Array.from({ length: Number(match[1]) }, (_, index) => String(index + 1)).join(' ')
}

function shortened(text: string): string {
  const characters = [...text.slice(0, 400)]
  return characters.length > 160 ? `${characters.slice(0, 160).join('')}…` : text
}

/** The prompt as the scripted engine counts it; a plain stand-in for a chat template. */
export function renderChat(chat: ChatPrompt): string {
  const tools = chat.tools === undefined ? '' : `[tools] ${JSON.stringify(chat.tools)}\n`
  const messages = chat.messages.map(message => {
    const calls = message.toolCalls === undefined ? '' : ` ${JSON.stringify(message.toolCalls)}`
    return `[${message.role}] ${message.content}${calls}\n`
  })
  return `${tools}${messages.join('')}[assistant]`
}
