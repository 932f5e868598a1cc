import type { Tool } from '../../engine/engine.ts'
import { Answer, type AnswerDelta } from './answer.ts'
import { newCallId } from './ids.ts'
import { Reader, type Step } from './reader.ts'
import type { CallContext } from './style.ts'

/** Turns the text of an answer into text, reasoning and tool calls while it comes. */
export interface Interpreter {
  /** `tokens`: how many the text stands for; each is counted with the delta it appears in first. */
  push(text: string, tokens?: number): AnswerDelta[]
  /** No more comes: what was held back is decided now. */
  end(): AnswerDelta[]
  readonly calls: number
  readonly reasoningTokens: number
}

/** Reads a whole answer, character by character, and ends when it does. */
export type AnswerReader = (context: CallContext) => Step<void>

export function createInterpreter(
  read: AnswerReader,
  tools: readonly Tool[],
  newId = newCallId,
): Interpreter {
  const reader = new Reader()
  const answer = new Answer(newId)
  const parser = read({ reader, answer, tools: new Map(tools.map(tool => [tool.name, tool])) })
  let waiting = 0
  let reasoningTokens = 0
  const take = (): AnswerDelta[] => {
    const deltas = answer.take()
    if (deltas.length === 0) return deltas
    const tokens = waiting
    waiting = 0
    const first = deltas.findIndex(delta => delta.type !== 'toolCall')
    if (first < 0) return deltas
    const delta = deltas[first]!
    if (delta.type === 'toolCall') return deltas
    if (delta.type === 'reasoning') reasoningTokens += tokens
    deltas[first] = { ...delta, tokens }
    return deltas
  }
  return {
    push(text, tokens = 0) {
      waiting += tokens
      reader.feed(text)
      parser.next()
      return take()
    },
    end() {
      reader.finish()
      parser.next()
      return take()
    },
    get calls() {
      return answer.calls
    },
    get reasoningTokens() {
      return reasoningTokens
    },
  }
}
