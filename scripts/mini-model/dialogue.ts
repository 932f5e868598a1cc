/** Conversations as the model sees them. The Jinja template in chat-template.ts says the same; a test compares them. */

export interface ToolCall {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  readonly parameters: {
    readonly type: 'object'
    readonly properties: Readonly<
      Record<
        string,
        {
          readonly type?: string
          readonly description?: string
          readonly enum?: readonly string[]
          readonly items?: { readonly type: string }
        }
      >
    >
    readonly required?: readonly string[]
  }
}

export type Message =
  | { readonly role: 'system' | 'user' | 'tool'; readonly content: string }
  | {
      readonly role: 'assistant'
      readonly content: string
      readonly calls?: readonly ToolCall[]
      readonly learn?: number
      /** The text breaks off here: only how an answer begins is to be learnt. */
      readonly open?: boolean
    }

/** A piece of training text; `weight` is its share of the loss in percent. */
export interface Segment {
  readonly text: string
  readonly weight: number
}

/**
 * Questions count hardly at all, what is shown beside them nothing: at 8 % they were most of the loss, names that nobody
 * can guess, and the answers were learnt slowly.
 */
const weights = { system: 0, definitions: 0, user: 1, tool: 0, mark: 0, start: 130 } as const

export const special = {
  endOfText: '<|endoftext|>',
  start: '<|im_start|>',
  end: '<|im_end|>',
  prefix: '<|fim_prefix|>',
  suffix: '<|fim_suffix|>',
  middle: '<|fim_middle|>',
  call: '<tool_call>',
  callEnd: '</tool_call>',
  tools: '<tools>',
  toolsEnd: '</tools>',
} as const

/** One line a tool: `get_weather(city: string, days?: integer) Says the weather`. */
function signature(tool: ToolDefinition): string {
  const required = tool.parameters.required ?? []
  const parameters = Object.entries(tool.parameters.properties).map(
    ([name, { type, enum: choices, items }]) => {
      const kind = choices
        ? choices.join('|')
        : type === 'array' && items
          ? `${items.type}[]`
          : (type ?? 'any')
      return `${name}${required.includes(name) ? '' : '?'}: ${kind}`
    },
  )
  return `${tool.name}(${parameters.join(', ')})${tool.description ? ` ${tool.description}` : ''}`
}

function callText(call: ToolCall): string {
  return `${special.call}{"name":${JSON.stringify(call.name)},"arguments":${JSON.stringify(call.arguments)}}${special.callEnd}`
}

export function renderChat(messages: readonly Message[], tools: readonly ToolDefinition[] = []): Segment[] {
  const segments: Segment[] = []
  const add = (text: string, weight: number) => segments.push({ text, weight })
  const [first] = messages
  const system = first?.role === 'system' ? first.content : ''
  if (system || tools.length > 0) {
    add(`${special.start}system\n`, weights.mark)
    if (system) add(system, weights.system)
    if (tools.length > 0) {
      add(`${system ? '\n' : ''}${special.tools}\n`, weights.mark)
      for (const tool of tools) add(`${signature(tool)}\n`, weights.definitions)
      add(special.toolsEnd, weights.mark)
    }
    add(`${special.end}\n`, weights.mark)
  }
  for (const message of first?.role === 'system' ? messages.slice(1) : messages) {
    add(`${special.start}${message.role}\n`, weights.mark)
    if (message.role === 'assistant') {
      const text = message.content + (message.calls ?? []).map(callText).join('')
      if (message.open) add(text, weights.start)
      else {
        add(`${text}${special.end}`, message.learn ?? 100)
        add('\n', weights.mark)
      }
    } else {
      add(
        message.content,
        message.role === 'user' ? weights.user : message.role === 'tool' ? weights.tool : weights.system,
      )
      add(`${special.end}\n`, weights.mark)
    }
  }
  return segments
}

/** Prefix, suffix, middle: the order that Qwen's and many other coding models use. */
export function renderInfill(prefix: string, suffix: string, middle: string): Segment[] {
  return [
    { text: `${special.prefix}${prefix}${special.suffix}${suffix}${special.middle}`, weight: 0 },
    { text: `${middle}${special.endOfText}`, weight: 100 },
  ]
}

export const user = (content: string): Message => ({ role: 'user', content })
export const system = (content: string): Message => ({ role: 'system', content })
export const assistant = (content: string, calls?: readonly ToolCall[]): Message => ({
  role: 'assistant',
  content,
  ...(calls && { calls }),
})
