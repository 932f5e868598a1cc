import type { ChatCompletion } from '../../contract/chat.ts'
import type { TokenLogprob } from '../../engine/engine.ts'
import { wireTimings } from '../../generation/timings.ts'
import { type AnswerDelta, type CallDelta, type End, type Head, wireUsage } from '../wire.ts'
import { type Choice, chatLogprobs, finishOf } from './chunks.ts'

type WireChoice = ChatCompletion['choices'][number]
type Message = WireChoice['message']
type WireToolCall = NonNullable<Message['tool_calls']>[number]

/** One choice of a whole answer, and what it took. */
export interface WholeChoice {
  readonly choice: WireChoice
  readonly end: End
}

/** Gathers the deltas of one choice; `end` gives the whole of it. */
export class ChatAnswer {
  readonly #choice: Choice
  readonly #toolCalls = new Map<number, Call>()
  #logprobs: TokenLogprob[] | undefined
  #text = ''
  #reasoning = ''

  constructor(choice: Choice) {
    this.#choice = choice
  }

  add(delta: Exclude<AnswerDelta, End>): void {
    if (delta.type === 'toolCall') this.#addToolCall(delta)
    else if (delta.type === 'reasoning') this.#reasoning += delta.text
    else {
      this.#text += delta.text
      if (delta.logprobs !== undefined) this.#logprobs = [...(this.#logprobs ?? []), ...delta.logprobs]
    }
  }

  end(end: End): WholeChoice {
    const message: Message = {
      role: 'assistant',
      // OpenAI's answers with nothing but calls have null here, and clients test for it.
      content: this.#text === '' && this.#toolCalls.size > 0 ? null : this.#text,
      refusal: null,
      ...(this.#reasoning !== '' && { reasoning_content: this.#reasoning }),
      ...this.#calls(),
    }
    const { index } = this.#choice
    const logprobs = chatLogprobs(this.#logprobs)
    return { choice: { index, message, logprobs, ...finishOf(end, this.#choice) }, end }
  }

  #calls(): Pick<Message, 'tool_calls' | 'function_call'> {
    const [first] = this.#toolCalls.values()
    if (first === undefined) return {}
    const { name, arguments: given } = first
    if (this.#choice.functions) return { function_call: { name, arguments: given } }
    return { tool_calls: [...this.#toolCalls.values()].map(wireCall) }
  }

  #addToolCall({ index, id, name, arguments: more, custom }: CallDelta): void {
    const call = this.#toolCalls.get(index)
    this.#toolCalls.set(index, {
      id: call?.id ?? id ?? '',
      name: call?.name ?? name ?? '',
      arguments: (call?.arguments ?? '') + more,
      custom: custom ?? false,
    })
  }
}

interface Call {
  readonly id: string
  readonly name: string
  readonly arguments: string
  readonly custom: boolean
}

function wireCall({ id, name, arguments: given, custom }: Call): WireToolCall {
  return custom
    ? { id, type: 'custom', custom: { name, input: given } }
    : { id, type: 'function', function: { name, arguments: given } }
}

/** `total`: what all the choices took together. */
export function chatCompletion(head: Head, choices: readonly WholeChoice[], total: End): ChatCompletion {
  return {
    ...head,
    object: 'chat.completion',
    choices: choices.map(({ choice }) => choice),
    usage: wireUsage(total),
    timings: wireTimings(total),
  }
}
