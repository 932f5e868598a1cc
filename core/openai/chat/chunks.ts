import type { ChatChunk, ChatLogprobs, FinishReason } from '../../contract/chat.ts'
import type { WireUsage } from '../../contract/openai.ts'
import type { EndReason, TokenLogprob } from '../../engine/engine.ts'
import { wireLikelihood } from '../../generation/likelihood.ts'
import { wireTimings } from '../../generation/timings.ts'
import type { AnswerDelta, CallDelta, End, Head } from '../wire.ts'

type WireDelta = ChatChunk['choices'][number]['delta']

/** One of the answers to a request. */
export interface Choice {
  readonly index: number
  /** Calls are told in the older form, as `function_call`. */
  readonly functions: boolean
}

const finishReasons: Readonly<Record<EndReason, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  toolCalls: 'tool_calls',
}

function finishReasonOf(reason: EndReason, { functions }: Choice): FinishReason {
  return functions && reason === 'toolCalls' ? 'function_call' : finishReasons[reason]
}

export function chatLogprobs(logprobs: readonly TokenLogprob[] | undefined): ChatLogprobs {
  if (logprobs === undefined) return null
  const content = logprobs.map(({ top, ...token }) => ({
    ...wireLikelihood(token),
    top_logprobs: top.map(wireLikelihood),
  }))
  return { content, refusal: null }
}

/** Before everything else: who speaks. */
export function firstChunk(head: Head, choice: Choice): ChatChunk {
  return chunk(head, choice, { role: 'assistant', content: '' })
}

/** The engine's delta as an event of a stream. */
export function chunkOf(delta: AnswerDelta, head: Head, choice: Choice): ChatChunk {
  switch (delta.type) {
    case 'text':
      return chunk(head, choice, { content: delta.text }, { logprobs: chatLogprobs(delta.logprobs) })
    case 'reasoning':
      return chunk(head, choice, { reasoning_content: delta.text })
    case 'toolCall':
      return chunk(head, choice, choice.functions ? functionCallOf(delta) : toolCallOf(delta))
    case 'end':
      return { ...chunk(head, choice, {}, finishOf(delta, choice)), timings: wireTimings(delta) }
  }
}

/** The last event, where it was asked for. */
export function usageChunk(head: Head, usage: WireUsage): ChatChunk {
  return { ...head, object: 'chat.completion.chunk', choices: [], usage }
}

/** How a choice ends. */
export function finishOf({ reason, violation }: End, choice: Choice) {
  return {
    finish_reason: finishReasonOf(reason, choice),
    ...(violation && { schema_violation: violation }),
  }
}

/** Clients join the pieces by `index`; id, type and name come once, with the first piece. */
function toolCallOf({ index, id, name, arguments: text, custom }: CallDelta): WireDelta {
  const type = custom ? ('custom' as const) : ('function' as const)
  const named = name !== undefined && { name }
  const call = {
    index,
    ...(id !== undefined && { id, type }),
    ...(custom ? { custom: { ...named, input: text } } : { function: { ...named, arguments: text } }),
  }
  return { tool_calls: [call] }
}

function functionCallOf(delta: CallDelta): WireDelta {
  return {
    function_call: { ...(delta.name !== undefined && { name: delta.name }), arguments: delta.arguments },
  }
}

type WireChoice = ChatChunk['choices'][number]

function chunk(
  head: Head,
  { index }: Choice,
  delta: WireDelta,
  more: Partial<Omit<WireChoice, 'index' | 'delta'>> = {},
): ChatChunk {
  const choice = { index, delta, logprobs: null, finish_reason: null, ...more }
  return { ...head, object: 'chat.completion.chunk', choices: [choice] }
}
