import type { ChatMessage, Tool, ToolCall } from '../../engine/engine.ts'
import type { ToolFormat } from '../toolcalls/format.ts'

/** For models whose template knows no tools: what they are told of them, in plain words. */
export function describeTools(tools: readonly Tool[], format: ToolFormat | undefined): string {
  const lines = tools.map(tool =>
    JSON.stringify({
      name: tool.name,
      description: tool.description,
      parameters: tool.parameters ?? { type: 'object', properties: {} },
    }),
  )
  const example = format
    ? writeCalls(format, [{ id: '', name: 'NAME', arguments: '{"PARAMETER": "VALUE"}' }])
    : undefined
  return [
    '# Tools',
    '',
    'These functions can be called. Each line describes one: its name, what it does, and its parameters as JSON Schema.',
    '<tools>',
    ...lines,
    '</tools>',
    ...(example === undefined
      ? []
      : [
          '',
          'When one of them helps, answer with the call alone, exactly in this form, with the real name and arguments in place of the capitals, and stop:',
          example,
          'Its result comes back between <tool_response> and </tool_response>. When none helps, answer in plain words.',
        ]),
  ].join('\n')
}

/** Calls as the model itself would write them. */
export function writeCalls(format: ToolFormat, calls: readonly ToolCall[]): string {
  const { open, close = '', each, style, calls: form, between = '' } = format
  const before = (format.bare ? '' : open[0]!) + (format.inside?.before ?? '')
  const after = (format.inside?.after ?? '') + close
  const written = calls.map(call => {
    const text = style.write?.(call.name, argumentsText(call.arguments)) ?? ''
    return each ? each.open + text + each.close : text
  })
  if (form === 'list') return `${before}[${written.join(', ')}]${after}`
  if (form === 'many') return before + written.join(between) + after
  return written.map(text => before + text + after).join(between)
}

/** A call of an earlier turn may have been cut off; what is no object is shown as none. */
function argumentsText(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? text : '{}'
  } catch {
    return '{}'
  }
}

export function writeResult(message: ChatMessage): string {
  return `<tool_response>\n${message.content}\n</tool_response>`
}
