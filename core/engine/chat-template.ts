import type { ChatMessage, ChatPrompt, PromptShape, Tool, ToolCall } from './engine.ts'
import { JinjaTemplate } from './jinja.ts'

/**
 * Rendering of a model's own Jinja template as Transformers does it (trim_blocks, lstrip_blocks, raise_exception,
 * strftime_now and Python's JSON come with the library). Templates come with the model file and are programs that can
 * loop for ever or fill the memory: only a runner or an inspector may call this, both of which can be killed.
 */
export class ChatTemplate {
  readonly #template: JinjaTemplate

  /** @throws what the template's parser throws */
  constructor(source: string) {
    this.#template = new JinjaTemplate(source)
  }

  /** @throws what the template raises */
  render(chat: ChatPrompt, specials: SpecialTokens): string {
    const variables = templateVariables(chat, specials)
    if (variables.tools !== null) return this.#template.render(variables)
    // Absent tools are none, as Transformers has it: templates ask both `if tools` and `tools is not none`. Some only
    // ever had tools in mind and go through them without asking.
    try {
      return this.#template.render(variables)
    } catch (error) {
      try {
        return this.#template.render({ ...variables, tools: [] })
      } catch {
        throw error
      }
    }
  }
}

/** What a template sees of a chat. */
export function templateVariables(chat: ChatPrompt, specials: SpecialTokens): Record<string, unknown> {
  return {
    ...chat.templateVariables,
    messages: chat.messages.map(each => message(each, chat.shape ?? {})),
    tools: chat.tools === undefined || chat.tools.length === 0 ? null : chat.tools.map(tool),
    documents: null,
    add_generation_prompt: chat.addGenerationPrompt ?? true,
    bos_token: specials.bos,
    eos_token: specials.eos,
  }
}

/** As the vocabulary spells them; empty where the model has none. */
export interface SpecialTokens {
  readonly bos: string
  readonly eos: string
}

/** For models that bring no template: ChatML, the commonest form, which an answer ends with `chatMlEnd`. */
export const chatMlTemplate = `{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}`

export const chatMlEnd = '<|im_end|>'

function message(from: ChatMessage, shape: PromptShape): Record<string, unknown> {
  const calls = from.toolCalls ?? []
  return {
    role: from.role,
    content: content(from, shape),
    ...(from.reasoning !== undefined && { [shape.reasoning ?? 'reasoning_content']: from.reasoning }),
    ...(from.name !== undefined && { name: from.name }),
    ...(from.toolCallId !== undefined && { tool_call_id: from.toolCallId }),
    ...(calls.length > 0 && { tool_calls: calls.map(call => toolCall(call, shape)) }),
  }
}

function content({ content, toolCalls = [] }: ChatMessage, shape: PromptShape): unknown {
  if (content === '' && toolCalls.length > 0 && shape.emptyContent === 'none') return null
  return shape.content === 'parts' ? [{ type: 'text', text: content }] : content
}

function toolCall(from: ToolCall, shape: PromptShape): Record<string, unknown> {
  const { toolArguments = 'object' } = shape
  return {
    id: from.id,
    type: 'function',
    function: {
      name: from.name,
      arguments: toolArguments === 'object' ? argumentsOf(from.arguments) : from.arguments,
    },
  }
}

/** Templates expect the arguments as an object; what the model wrote may not be one. */
function argumentsOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? parsed : text
  } catch {
    return text
  }
}

function tool(from: Tool): Record<string, unknown> {
  return {
    type: 'function',
    function: {
      name: from.name,
      description: from.description ?? '',
      parameters: from.parameters ?? { type: 'object', properties: {} },
    },
  }
}
