import { randomBytes } from 'node:crypto'
import type { ResponseRequest, WireResponse } from '../../contract/responses.ts'
import type { End } from '../wire.ts'

export function newId(prefix: 'resp' | 'msg' | 'rs' | 'fc' | 'ctc'): string {
  return `${prefix}_${randomBytes(24).toString('hex')}`
}

/** A response before anything of it is written. */
export function newResponse(body: ResponseRequest, model: string, stored: boolean): WireResponse {
  return {
    id: newId('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    completed_at: null,
    status: 'in_progress',
    background: body.background ?? false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    store: stored,
    temperature: body.temperature ?? null,
    text: { format: body.text?.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? null,
    top_logprobs: body.top_logprobs ?? 0,
    truncation: 'disabled',
    usage: null,
    user: body.user ?? null,
  }
}

export function responseUsage({ usage }: End): NonNullable<WireResponse['usage']> {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.promptTokens + usage.completionTokens,
  }
}
