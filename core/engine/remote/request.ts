import type { ChatMessage, ChatPrompt, GenerateRequest, Sampling, Tool } from '../engine.ts'
import { wholePrefix } from '../infill-text.ts'

export interface RemoteRequest {
  readonly path: '/v1/chat/completions' | '/v1/completions'
  readonly body: Readonly<Record<string, unknown>>
}

/** A request as OpenAI's servers read it. What was left open is left out, so that the server's own defaults hold. */
export function remoteRequest(model: string, request: GenerateRequest): RemoteRequest {
  const { prompt, maxTokens, stop } = request
  const common = {
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(stop.length > 0 && { stop }),
    ...sampling(request.sampling),
  }
  const top = request.logprobs?.top
  switch (prompt.kind) {
    case 'chat':
      return {
        path: '/v1/chat/completions',
        body: {
          ...common,
          ...chat(prompt),
          ...wishes(request.chat),
          ...(top !== undefined && { logprobs: true, top_logprobs: top }),
        },
      }
    case 'infill':
      return {
        path: '/v1/completions',
        body: { ...common, prompt: wholePrefix(prompt), suffix: prompt.suffix, ...logprobs(top) },
      }
    default:
      return {
        path: '/v1/completions',
        body: { ...common, prompt: prompt.kind === 'text' ? prompt.text : prompt.tokens, ...logprobs(top) },
      }
  }
}

function logprobs(top: number | undefined) {
  return top === undefined ? {} : { logprobs: top }
}

/** OpenAI's names, and for what it has none those of vLLM and llama.cpp's server. */
function sampling(from: Sampling): Record<string, unknown> {
  const bias = from.logitBias?.map(({ token, bias }) => [String(token), bias] as const)
  const named = {
    temperature: from.temperature,
    top_p: from.topP,
    top_k: from.topK,
    min_p: from.minP,
    seed: from.seed,
    repetition_penalty: from.repeatPenalty,
    repeat_penalty: from.repeatPenalty,
    presence_penalty: from.presencePenalty,
    frequency_penalty: from.frequencyPenalty,
    logit_bias: bias && Object.fromEntries(bias),
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

export function chat({ messages, tools, templateVariables }: ChatPrompt): Record<string, unknown> {
  return {
    messages: messages.map(message),
    ...(tools !== undefined && tools.length > 0 && { tools: tools.map(tool) }),
    ...(templateVariables !== undefined && { chat_template_kwargs: templateVariables }),
  }
}

function wishes(from: GenerateRequest['chat']): Record<string, unknown> {
  if (from === undefined) return {}
  const { toolChoice, parallelToolCalls, output, reasoning } = from
  const choice = typeof toolChoice === 'object' ? { type: 'function', function: toolChoice } : toolChoice
  return {
    ...(choice !== undefined && { tool_choice: choice }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
    ...(output !== undefined && { response_format: format(output) }),
    ...(reasoning?.enabled !== undefined && {
      chat_template_kwargs: { enable_thinking: reasoning.enabled },
    }),
  }
}

function format(output: NonNullable<NonNullable<GenerateRequest['chat']>['output']>): object {
  if (output.kind === 'object') return { type: 'json_object' }
  return { type: 'json_schema', json_schema: { name: 'answer', schema: output.schema } }
}

function message(from: ChatMessage): Record<string, unknown> {
  const calls = from.toolCalls ?? []
  return {
    role: from.role,
    content: from.content,
    ...(from.reasoning !== undefined && { reasoning_content: from.reasoning }),
    ...(from.name !== undefined && { name: from.name }),
    ...(from.toolCallId !== undefined && { tool_call_id: from.toolCallId }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, arguments: given }) => ({
        id,
        type: 'function',
        function: { name, arguments: given },
      })),
    }),
  }
}

function tool({ name, description, parameters }: Tool): Record<string, unknown> {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      ...(parameters !== undefined && { parameters }),
    },
  }
}
