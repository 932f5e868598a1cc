import type { ChatCompletion } from '../../contract/chat.ts'
import { type AnswerDelta, type End, type Head, wireTimings, wireUsage } from '../wire.ts'
import { finishReasonOf } from './chunks.ts'

type Message = ChatCompletion['choices'][number]['message']
type WireToolCall = NonNullable<Message['tool_calls']>[number]

/** Gathers an answer's deltas; `end` gives the whole. */
export class ChatAnswer {
  readonly #head: Head
  readonly #toolCalls = new Map<number, WireToolCall>()
  #text = ''
  #reasoning = ''

  constructor(head: Head) {
    this.#head = head
  }

  add(delta: Exclude<AnswerDelta, End>): void {
    if (delta.type === 'text') this.#text += delta.text
    else if (delta.type === 'reasoning') this.#reasoning += delta.text
    else this.#addToolCall(delta)
  }

  end(end: End): ChatCompletion {
    const toolCalls = [...this.#toolCalls.values()]
    const message: Message = {
      role: 'assistant',
      // OpenAI's answers with nothing but calls have null here, and clients test for it.
      content: this.#text === '' && toolCalls.length > 0 ? null : this.#text,
      refusal: null,
      ...(this.#reasoning !== '' && { reasoning_content: this.#reasoning }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    }
    const finish_reason = finishReasonOf(end.reason)
    return {
      ...this.#head,
      object: 'chat.completion',
      choices: [{ index: 0, message, logprobs: null, finish_reason }],
      usage: wireUsage(end),
      timings: wireTimings(end),
    }
  }

  #addToolCall(delta: Extract<AnswerDelta, { type: 'toolCall' }>): void {
    const call = this.#toolCalls.get(delta.index)
    this.#toolCalls.set(delta.index, {
      id: call?.id ?? delta.id ?? '',
      type: 'function',
      function: {
        name: call?.function.name ?? delta.name ?? '',
        arguments: (call?.function.arguments ?? '') + delta.arguments,
      },
    })
  }
}
