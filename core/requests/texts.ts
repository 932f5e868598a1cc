import type { AnswerDelta } from '../generation/interpret.ts'
import type { AnswerRequest } from '../generation/types.ts'

/** A prompt for people to read, as it was sent and before any template. */
export function promptText({ prompt }: Pick<AnswerRequest, 'prompt'>): string {
  switch (prompt.kind) {
    case 'text':
      return prompt.text
    case 'tokens':
      return `${prompt.tokens.length} tokens`
    case 'infill':
      return [
        ...(prompt.extra ?? []).map(({ name, text }) => `[file] ${name}\n${text}`),
        `${prompt.prefix}[here]${prompt.suffix}`,
      ].join('\n\n')
    case 'chat': {
      const tools = prompt.tools?.map(({ name }) => name) ?? []
      const head = tools.length === 0 ? [] : [`[tools] ${tools.join(', ')}`]
      const messages = prompt.messages.map(({ role, content, toolCalls = [] }) => {
        const calls = toolCalls.map(call => `\n${call.name}(${call.arguments})`)
        return `[${role}] ${content}${calls.join('')}`
      })
      return [...head, ...messages].join('\n\n')
    }
  }
}

/** What a delta adds to an answer for people to read. */
export function answerText(delta: AnswerDelta): string {
  switch (delta.type) {
    case 'toolCall':
      return delta.name === undefined ? delta.arguments : `\n[call] ${delta.name} ${delta.arguments}`
    case 'end':
      return ''
    default:
      return delta.text
  }
}

/** The beginning and the end of a text that is too long to keep. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  const half = Math.floor(longest / 2)
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(-half)}`
}
