import type { MessageAnswer, StopReason, WireUsage } from '../contract/anthropic.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { randomId } from '../platform/random-id.ts'

export type { AnswerDelta }
export type End = Extract<AnswerDelta, { type: 'end' }>
export type Piece = Exclude<AnswerDelta, End>

/** What an answer is before anything has been said. */
export function newMessage(model: string, promptTokens: number): MessageAnswer {
  return {
    id: `msg_${randomId()}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    // How much of the prompt is remembered is known at the end only.
    usage: {
      input_tokens: promptTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
      output_tokens_details: { thinking_tokens: 0 },
    },
  }
}

/** What an answer says at its end. */
export function ending(
  end: End,
): { stop_reason: StopReason; usage: WireUsage } & Pick<MessageAnswer, 'stop_sequence' | 'schema_violation'> {
  const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = end.usage
  return {
    stop_reason: stopReasonOf(end),
    stop_sequence: end.stopSequence ?? null,
    ...(end.violation && { schema_violation: end.violation }),
    usage: {
      input_tokens: promptTokens - cachedTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cachedTokens,
      output_tokens: completionTokens,
      output_tokens_details: { thinking_tokens: reasoningTokens },
    },
  }
}

function stopReasonOf({ reason, stopSequence }: End): StopReason {
  if (reason === 'length') return 'max_tokens'
  if (reason === 'toolCalls') return 'tool_use'
  return stopSequence === undefined ? 'end_turn' : 'stop_sequence'
}
