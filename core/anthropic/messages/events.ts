import type { AnswerBlock, MessageAnswer, MessageEvent } from '../../contract/anthropic.ts'
import { ImpetusError } from '../../contract/errors.ts'
import { type AnswerDelta, ending, type Piece } from '../wire.ts'

type BlockDelta = Extract<MessageEvent, { type: 'content_block_delta' }>['delta']

/**
 * Turns an answer's deltas into the events of a stream: a block is open while the same is going on (text, thinking,
 * one call of a tool), and closed before the next one begins.
 */
export class MessageEvents {
  readonly #message: MessageAnswer
  #index = -1
  /** What the open block holds: `text`, `reasoning`, or the call's number. */
  #open: 'text' | 'reasoning' | number | undefined

  constructor(message: MessageAnswer) {
    this.#message = message
  }

  begin(): MessageEvent[] {
    return [{ type: 'message_start', message: this.#message }]
  }

  add(delta: AnswerDelta): MessageEvent[] {
    if (delta.type !== 'end') {
      const holds = delta.type === 'toolCall' ? delta.index : delta.type
      const events = holds === this.#open ? [] : [...this.#close(), this.#start(delta)]
      this.#open = holds
      const change = changeOf(delta)
      return change === undefined ? events : [...events, this.#change(change)]
    }
    const { usage, ...stop } = ending(delta)
    return [...this.#close(), { type: 'message_delta', delta: stop, usage }, { type: 'message_stop' }]
  }

  #start(delta: Piece): MessageEvent {
    this.#index++
    return { type: 'content_block_start', index: this.#index, content_block: emptyBlock(delta) }
  }

  #change(delta: BlockDelta): MessageEvent {
    return { type: 'content_block_delta', index: this.#index, delta }
  }

  #close(): MessageEvent[] {
    if (this.#open === undefined) return []
    // Clients hand thinking back only when it came with a signature, and there is nothing to sign.
    const signature =
      this.#open === 'reasoning' ? [this.#change({ type: 'signature_delta', signature: '' })] : []
    this.#open = undefined
    return [...signature, { type: 'content_block_stop', index: this.#index }]
  }
}

/** The block that a piece begins, still empty. */
export function emptyBlock(delta: Piece): AnswerBlock {
  if (delta.type === 'text') return { type: 'text', text: '', citations: null }
  if (delta.type === 'reasoning') return { type: 'thinking', thinking: '', signature: '' }
  const { id, name } = delta
  if (id === undefined || name === undefined) {
    throw new ImpetusError(
      'internal_error',
      'The engine began a tool call without its name. Send the request again.',
    )
  }
  return { type: 'tool_use', id, name, input: {} }
}

function changeOf(delta: Piece): BlockDelta | undefined {
  switch (delta.type) {
    case 'text':
      return { type: 'text_delta', text: delta.text }
    case 'reasoning':
      return { type: 'thinking_delta', thinking: delta.text }
    case 'toolCall':
      return delta.arguments === '' ? undefined : { type: 'input_json_delta', partial_json: delta.arguments }
  }
}
