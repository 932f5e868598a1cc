import type { ChatRequest } from '../../contract/chat.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { ResponseRequest, WireItem, WireResponseTool } from '../../contract/responses.ts'
import type { ChatOptions } from '../../generation/plan.ts'
import { limitOf, samplingOf } from '../../generation/sampling.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import { toolsOf } from '../chat/tools.ts'
import { outputOf } from '../format.ts'
import { reasoningOf } from '../reasoning.ts'
import { messagesOf } from './conversation.ts'

/** The items a request brings itself; a text is a message of the user. */
export function inputItems({ input }: ResponseRequest): readonly WireItem[] {
  if (input == null) return []
  if (typeof input !== 'string') return input
  return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
}

/**
 * A request for a response as the generator's.
 *
 * @param items the whole conversation, what was kept of it first
 * @throws `invalid_value`, `unsupported_content`, with the field at fault
 */
export function responseRequest(body: ResponseRequest, items: readonly WireItem[]): AnswerRequest {
  const instructions = body.instructions ?? ''
  const system = instructions === '' ? [] : [{ role: 'system' as const, content: instructions }]
  const messages = [...system, ...messagesOf(items)]
  if (messages.length === 0) {
    throw new ImpetusError('invalid_value', '"input" is missing: send a text or a list of items.', {
      param: 'input',
    })
  }
  const { tools, custom: _, ...choice } = wishes(body)
  const output = formatOf(body.text?.format)
  const { reasoning, variables } = reasoningOf(body.reasoning?.effort)
  const options: ChatOptions = { ...choice, ...(output && { output }), ...(reasoning && { reasoning }) }
  const wantsLogprobs = body.include?.includes('message.output_text.logprobs') || (body.top_logprobs ?? 0) > 0
  return {
    prompt: {
      kind: 'chat',
      messages,
      ...(tools.length > 0 && { tools }),
      ...(Object.keys(variables).length > 0 && { templateVariables: variables }),
    },
    ...limitOf(body.max_output_tokens),
    stop: [],
    sampling: samplingOf(body),
    ...(wantsLogprobs && { logprobs: { top: body.top_logprobs ?? 0 } }),
    ...(Object.keys(options).length > 0 && { options }),
  }
}

/** The same as chat's, whose tools are one level deeper. */
function wishes({ tools, tool_choice: choice, parallel_tool_calls }: ResponseRequest) {
  const chosen =
    choice != null && typeof choice !== 'string' && choice.type === 'allowed_tools'
      ? { allowed_tools: { mode: choice.mode, tools: (choice.tools ?? []).map(toFunction) } }
      : functionChoice(choice)
  return toolsOf({ tools: (tools ?? []).flatMap(tool), tool_choice: chosen, parallel_tool_calls })
}

/** The names of the custom tools among those of a request. */
export function customTools(body: ResponseRequest): ReadonlySet<string> {
  return wishes(body).custom
}

/** A choice of a tool of another kind is none among those that can be called here. */
function functionChoice(choice: ResponseRequest['tool_choice']) {
  if (choice == null || typeof choice === 'string') return choice
  return choice.type === 'function' || choice.type === 'custom' ? choice : undefined
}

type WireTool = NonNullable<ChatRequest['tools']>[number]

function toFunction({ name }: { readonly name?: string | null | undefined }) {
  return name == null ? {} : { function: { name } }
}

function tool({ type, name, description, parameters, format }: WireResponseTool): WireTool[] {
  if (name == null) return []
  if (type === 'function') return [{ function: { name, description, parameters } }]
  if (type !== 'custom') return []
  const form = format == null ? null : { type: format.type, grammar: format }
  return [{ custom: { name, description, format: form } }]
}

function formatOf(format: NonNullable<ResponseRequest['text']>['format']): ChatOptions['output'] {
  if (format == null) return undefined
  const { type, schema } = format
  return outputOf({ type, schema, param: 'text.format', schemaParam: 'text.format.schema' })
}
