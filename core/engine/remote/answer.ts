import type { Delta, EndReason, TokenLogprob, Usage } from '../engine.ts'
import { count, field, list, text } from './json.ts'

/** Reads the chunks of one streamed answer, chat or plain, into deltas. */
export class RemoteAnswer {
  #reason: EndReason | undefined
  #stopSequence: string | undefined
  #usage: unknown
  #pieces = 0
  #reasoningPieces = 0

  /** Whether the server has said that the answer is whole. */
  get isWhole(): boolean {
    return this.#reason !== undefined
  }

  /** What a chunk adds; nothing for those that only say who speaks, or how much it was. */
  read(chunk: unknown): Delta[] {
    this.#usage = field(chunk, 'usage') ?? this.#usage
    const [choice] = list(field(chunk, 'choices'))
    if (choice === undefined) return []
    const delta = field(choice, 'delta') ?? { content: field(choice, 'text') }
    const deltas = [...this.#reasoning(delta), ...this.#text(choice, delta), ...toolCalls(delta)]
    this.#finish(choice)
    return deltas
  }

  end(timings: { readonly prefill: number; readonly decode: number }): Delta {
    return {
      type: 'end',
      reason: this.#reason ?? 'stop',
      ...(this.#stopSequence !== undefined && { stopSequence: this.#stopSequence }),
      usage: this.#counted(),
      timings: { queued: 0, ...timings },
    }
  }

  *#reasoning(delta: unknown): Generator<Delta> {
    const thought = text(field(delta, 'reasoning_content')) ?? text(field(delta, 'reasoning'))
    if (!thought) return
    this.#pieces++
    this.#reasoningPieces++
    yield { type: 'reasoning', text: thought, tokens: 1 }
  }

  *#text(choice: unknown, delta: unknown): Generator<Delta> {
    const content = text(field(delta, 'content'))
    if (!content) return
    this.#pieces++
    const logprobs = list(field(field(choice, 'logprobs'), 'content')).flatMap(tokenLogprob)
    // A chunk is a token with most servers; the exact count comes with the end.
    yield { type: 'text', text: content, tokens: 1, ...(logprobs.length > 0 && { logprobs }) }
  }

  #finish(choice: unknown): void {
    const reason = text(field(choice, 'finish_reason'))
    if (reason === undefined) return
    this.#stopSequence = text(field(choice, 'stop_reason'))
    if (reason === 'length') this.#reason = 'length'
    else this.#reason = reason === 'tool_calls' || reason === 'function_call' ? 'toolCalls' : 'stop'
  }

  #counted(): Usage {
    const details = (name: string, part: string) => count(field(field(this.#usage, name), part))
    return {
      promptTokens: count(field(this.#usage, 'prompt_tokens')) ?? 0,
      cachedTokens: details('prompt_tokens_details', 'cached_tokens') ?? 0,
      completionTokens: count(field(this.#usage, 'completion_tokens')) ?? this.#pieces,
      reasoningTokens: details('completion_tokens_details', 'reasoning_tokens') ?? this.#reasoningPieces,
    }
  }
}

function toolCalls(delta: unknown): Delta[] {
  return list(field(delta, 'tool_calls')).map((call, position): Delta => {
    const id = text(field(call, 'id'))
    const name = text(field(field(call, 'function'), 'name'))
    return {
      type: 'toolCall',
      index: count(field(call, 'index')) ?? position,
      ...(id && { id }),
      ...(name && { name }),
      arguments: text(field(field(call, 'function'), 'arguments')) ?? '',
    }
  })
}

/** The server's tokens have no number here: -1. */
function tokenLogprob(from: unknown): TokenLogprob[] {
  const one = likelihood(from)
  return one === undefined
    ? []
    : [{ ...one, top: list(field(from, 'top_logprobs')).flatMap(top => likelihood(top) ?? []) }]
}

function likelihood(from: unknown) {
  const [token, logprob] = [text(field(from, 'token')), field(from, 'logprob')]
  if (token === undefined || typeof logprob !== 'number') return undefined
  const bytes = list(field(from, 'bytes')).flatMap(byte => count(byte) ?? [])
  return {
    token: -1,
    text: token,
    bytes: bytes.length > 0 ? bytes : [...new TextEncoder().encode(token)],
    logprob,
  }
}
