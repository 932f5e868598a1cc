import type { ChatPrompt, Prompt } from '../engine.ts'
import { fittingCall } from './arguments.ts'

/** What the scripted engine will say to a prompt. */
export type Script =
  | { readonly say: 'text'; readonly text: string }
  | { readonly say: 'toolCall'; readonly name: string; readonly arguments: string }

/** The rule: tools and a user's turn → one call of the first fitting tool; else a plain answer. The same every time. */
export function scriptFor(prompt: Prompt): Script {
  switch (prompt.kind) {
    case 'chat':
      return chatScript(prompt)
    case 'text':
      return { say: 'text', text: counted(prompt.text) ?? ' and so it goes on.' }
    case 'tokens':
      return { say: 'text', text: ' and so it goes on.' }
    case 'infill':
      return { say: 'text', text: ' between ' }
  }
}

function chatScript(chat: ChatPrompt): Script {
  const last = chat.messages.at(-1)
  if (last?.role === 'user' && chat.tools !== undefined) {
    const call = fittingCall(chat.tools)
    if (call !== undefined) return { say: 'toolCall', ...call }
  }
  if (last === undefined) return { say: 'text', text: 'Nothing was said.' }
  if (last.role === 'tool') return { say: 'text', text: `The tool answered: ${shortened(last.content)}` }
  return { say: 'text', text: counted(last.content) ?? `You said: ${shortened(last.content)}` }
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
