import type { AnswerBlock, MessageAnswer } from '../../contract/anthropic.ts'
import { type End, ending, type Piece } from '../wire.ts'
import { emptyBlock } from './events.ts'

interface Open {
  readonly holds: 'text' | 'reasoning' | number
  readonly block: AnswerBlock
  text: string
}

/** Gathers an answer's deltas; `end` gives the whole. */
export class MessageWhole {
  readonly #message: MessageAnswer
  readonly #blocks: Open[] = []

  constructor(message: MessageAnswer) {
    this.#message = message
  }

  add(delta: Piece): void {
    const holds = delta.type === 'toolCall' ? delta.index : delta.type
    let last = this.#blocks.at(-1)
    if (last?.holds !== holds) {
      last = { holds, block: emptyBlock(delta), text: '' }
      this.#blocks.push(last)
    }
    last.text += delta.type === 'toolCall' ? delta.arguments : delta.text
  }

  end(end: End): MessageAnswer {
    return { ...this.#message, ...ending(end), content: this.#blocks.map(filled) }
  }
}

function filled({ block, text }: Open): AnswerBlock {
  if (block.type === 'text') return { ...block, text }
  if (block.type === 'thinking') return { ...block, thinking: text }
  return { ...block, input: inputOf(text) }
}

/** Arguments that were cut off by `max_tokens` are no object; the stop reason says so. */
function inputOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
  } catch {
    // Cut off.
  }
  return {}
}
