import type { ChatChunk, FinishReason } from '../../contract/chat.ts'
import type { EndReason } from '../../engine/engine.ts'
import { type AnswerDelta, type Head, wireTimings, wireUsage } from '../wire.ts'

type WireDelta = ChatChunk['choices'][number]['delta']

const finishReasons: Readonly<Record<EndReason, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  toolCalls: 'tool_calls',
}

export function finishReasonOf(reason: EndReason): FinishReason {
  return finishReasons[reason]
}

/** Before everything else: who speaks. */
export function firstChunk(head: Head): ChatChunk {
  return chunk(head, { role: 'assistant', content: '' })
}

/** The engine's delta as the events of a stream: one, and for `end` the usage too where that was asked for. */
export function chunksOf(delta: AnswerDelta, head: Head, includeUsage: boolean): ChatChunk[] {
  switch (delta.type) {
    case 'text':
      return [chunk(head, { content: delta.text })]
    case 'reasoning':
      return [chunk(head, { reasoning_content: delta.text })]
    case 'toolCall':
      return [chunk(head, { tool_calls: [toolCallOf(delta)] })]
    case 'end': {
      const last = chunk(head, {}, finishReasonOf(delta.reason))
      const finish = { ...last, timings: wireTimings(delta) }
      return includeUsage ? [finish, { ...last, choices: [], usage: wireUsage(delta) }] : [finish]
    }
  }
}

/** Clients join the pieces by `index`; id, type and name come once, with the first piece. */
function toolCallOf(delta: Extract<AnswerDelta, { type: 'toolCall' }>) {
  return {
    index: delta.index,
    ...(delta.id !== undefined && { id: delta.id, type: 'function' as const }),
    function: { ...(delta.name !== undefined && { name: delta.name }), arguments: delta.arguments },
  }
}

function chunk(head: Head, delta: WireDelta, finish_reason: FinishReason | null = null): ChatChunk {
  return {
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  }
}
