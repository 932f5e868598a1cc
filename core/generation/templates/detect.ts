import { type ReasoningMarks, reasoningMarks } from '../reasoning/spans.ts'
import type { ToolFormat } from '../toolcalls/format.ts'
import { type ToolFormatId, toolFormats } from '../toolcalls/formats.ts'

/** How a model writes calls: in marked text, or in a notation that shapes the whole answer. */
export type ToolSyntax =
  | { readonly kind: 'marked'; readonly format: ToolFormat }
  | { readonly kind: 'harmony' }
  | { readonly kind: 'recipients' }

type Rule = readonly [
  id: ToolFormatId | 'harmony' | 'recipients',
  marks: readonly string[],
  without?: readonly string[],
]

/**
 * What gives a family away in its template, the particular before the general. All marks must be there, and none of
 * the last list.
 */
const rules: readonly Rule[] = [
  ['harmony', ['<|channel|>', '<|message|>', '<|start|>'], ['<atem:']],
  ['recipients', ['>>>all']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the template
  ['recipients', ['>>>${recipient}']],
  ['kimi-k2', ['<|tool_calls_section_begin|>']],
  ['deepseek-v3.2', ['DSML', 'function_calls']],
  ['deepseek-v4', ['DSML', 'tool_calls']],
  ['deepseek-r1', ['<｜tool▁calls▁begin｜>', '```json']],
  ['deepseek-v3.1', ['<｜tool▁calls▁begin｜>']],
  ['mistral-id', ['[TOOL_CALLS]', '[CALL_ID]', '[ARGS]']],
  ['mistral', ['[TOOL_CALLS]', '[ARGS]']],
  ['mistral-old', ['[TOOL_CALLS]']],
  ['minimax-m2', ['<minimax:tool_call>', '<invoke name=']],
  ['hunyuan', ['<tool_calls{}>', '<arg_key{}>']],
  ['seed-oss', ['<seed:tool_call>']],
  ['command-r', ['<|START_ACTION|>']],
  ['command-r-plus', ['"tool_name"', 'Action:']],
  ['gemma-4', ['<|tool_call>', 'call:']],
  ['function-gemma', ['<start_function_call>']],
  ['lfm2', ['<|tool_call_start|>']],
  ['lfm2', ['<|tool_list_start|>']],
  ['lfm2', ['List of tools: [']],
  ['nemotron', ['<TOOLCALL>']],
  ['apriel', ['<tool_calls>[']],
  ['minimax-m1', ['<tool_calls>']],
  ['minicpm', ['<function name="', '<param name="']],
  ['qwen3-coder', ['<tool_call>', '<function=', '<parameter=']],
  ['glm-4.5', ['<tool_call>', '<arg_key>']],
  ['solar-open', ['<|tool_call:begin|>']],
  ['phi-4', ['<|tool_call|>', '<|/tool_call|>']],
  ['granite', ['<|tool_call|>'], ['<tool_call>']],
  ['hermes', ['<tool_call>'], [']<]minimax[>[']],
  ['functionary', ['<function=', '</function>']],
  ['functools', ['functools[']],
  ['gigachat', ['<|function_call|>']],
  ['gigachat-3.0', ["'function call'", '<|role_sep|>']],
  ['apertus', ['<|tools_prefix|>']],
  ['olmo', ['<function_calls>'], ['<atem:']],
  ['gemma', ['tool_code']],
  ['pythonic', ['<|python_tag|>', '<|header_start|>']],
  ['pythonic', ['[func_name1(']],
  ['llama-3', ['<|python_tag|>']],
  ['llama-3', ['"parameters": dictionary of argument name']],
]

/** The notation a template teaches its model; undefined when it teaches none that we know. */
function toolSyntax(template: string): ToolSyntax | undefined {
  const found = rules.find(
    ([, marks, without = []]) =>
      marks.every(mark => template.includes(mark)) && !without.some(mark => template.includes(mark)),
  )
  if (!found) return undefined
  const [id] = found
  return id === 'harmony' || id === 'recipients' ? { kind: id } : { kind: 'marked', format: toolFormats[id] }
}

/** What a template says about itself without being rendered. */
export interface TemplateText {
  readonly syntax: ToolSyntax | undefined
  readonly reasoning: ReasoningMarks | undefined
  /** Where the template looks for an earlier answer's reasoning. */
  readonly reasoningKey: 'reasoning_content' | 'thinking' | 'reasoning'
  /** The switches for thinking that it knows. */
  readonly thinkingSwitches: readonly string[]
}

export function readTemplate(template: string): TemplateText {
  const mentions = (name: string): boolean => new RegExp(`(\\.|\\[['"])${name}\\b`).test(template)
  return {
    syntax: toolSyntax(template),
    reasoning: reasoningMarks(template),
    reasoningKey:
      mentions('thinking') && !mentions('reasoning_content')
        ? 'thinking'
        : mentions('reasoning') && !mentions('reasoning_content')
          ? 'reasoning'
          : 'reasoning_content',
    thinkingSwitches: ['enable_thinking', 'thinking'].filter(name =>
      new RegExp(`(^|[^.\\w'"])${name}\\b`).test(template),
    ),
  }
}
