import type { AnsweredCall, ChatAnswer, OllamaLogprobs } from '../contract/ollama.ts'
import type { TokenLogprob } from '../engine/engine.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { wireLikelihood } from '../generation/likelihood.ts'

export type End = Extract<AnswerDelta, { type: 'end' }>
export type Piece = Exclude<AnswerDelta, End>

/** A part of an answer, as one line of a stream has it. */
export interface Said {
  readonly content: string
  readonly thinking?: string
  readonly tool_calls?: readonly AnsweredCall[]
  readonly logprobs?: OllamaLogprobs
}

/** Ollama tells a call in one piece: this gathers its arguments until they are whole. */
export class Speech {
  #call: { readonly index: number; readonly id: string; readonly name: string; arguments: string } | undefined

  add(delta: Piece): Said[] {
    if (delta.type === 'toolCall') {
      const said = this.#call?.index === delta.index ? [] : this.end()
      const { index, id = '', name = '' } = delta
      this.#call ??= { index, id, name, arguments: '' }
      this.#call.arguments += delta.arguments
      return said
    }
    return [...this.end(), delta.type === 'text' ? spoken(delta) : { content: '', thinking: delta.text }]
  }

  /** The call that was still going on. One that was cut off is no call: its arguments would be no object. */
  end(): Said[] {
    const call = this.#call
    this.#call = undefined
    if (call === undefined) return []
    const given = objectOf(call.arguments)
    if (given === undefined) return []
    const { index, id, name } = call
    return [{ content: '', tool_calls: [{ id, function: { index, name, arguments: given } }] }]
  }
}

function spoken({ text, logprobs }: Extract<Piece, { type: 'text' }>): Said {
  return { content: text, ...(logprobs && { logprobs: logprobs.map(wireLogprob) }) }
}

function wireLogprob({ top, ...one }: TokenLogprob): OllamaLogprobs[number] {
  return { ...wireLikelihood(one), top_logprobs: top.map(wireLikelihood) }
}

/** Several parts as one, which is what a whole answer has. */
export function joined(parts: readonly Said[]): Said {
  const thinking = parts.map(part => part.thinking ?? '').join('')
  const tool_calls = parts.flatMap(part => part.tool_calls ?? [])
  const logprobs = parts.flatMap(part => part.logprobs ?? [])
  return {
    content: parts.map(part => part.content).join(''),
    ...(thinking !== '' && { thinking }),
    ...(tool_calls.length > 0 && { tool_calls }),
    ...(logprobs.length > 0 && { logprobs }),
  }
}

/** How long it took; Ollama counts in nanoseconds. `load`: until the engine had accepted the request. */
export function figures(
  { reason, usage, timings, violation }: End,
  milliseconds: { readonly total: number; readonly load: number },
): Omit<ChatAnswer, 'model' | 'created_at' | 'message'> {
  return {
    done: true,
    done_reason: reason === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(milliseconds.total),
    load_duration: nanoseconds(milliseconds.load),
    prompt_eval_count: usage.promptTokens,
    prompt_eval_duration: nanoseconds(timings.prefill),
    eval_count: usage.completionTokens,
    eval_duration: nanoseconds(timings.decode),
    ...(violation && { schema_violation: violation }),
  }
}

export function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6)
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
