import type { ChatRequest, WireFunction, WireToolChoice } from '../../contract/chat.ts'
import { ImpetusError } from '../../contract/errors.ts'
import type { Tool } from '../../engine/engine.ts'
import type { ChatOptions } from '../../generation/plan.ts'
import { customFunction } from '../custom.ts'

/** What a request says of tools, in its newer or its older form. */
export interface ToolWishes extends Pick<ChatOptions, 'toolChoice' | 'parallelToolCalls'> {
  readonly tools: readonly Tool[]
  /** Those of them that stand for custom tools. */
  readonly custom: ReadonlySet<string>
}

type Wire = Pick<ChatRequest, 'tools' | 'tool_choice' | 'functions' | 'function_call' | 'parallel_tool_calls'>

/** Whether a request speaks of `functions`, as clients did before there were tools; it is answered in kind. */
export function speaksOfFunctions({ tools, functions }: Wire): boolean {
  return tools == null && functions != null && functions.length > 0
}

/** @throws `invalid_value` for a call that is asked for and cannot be made */
export function toolsOf(body: Wire): ToolWishes {
  if (speaksOfFunctions(body)) {
    const { functions, function_call: call } = body
    const toolChoice =
      call == null || call === 'auto' ? {} : { toolChoice: choiceOf(call, 'function_call') ?? 'auto' }
    // The older form has room for one call.
    return { tools: (functions ?? []).map(tool), custom: none, parallelToolCalls: false, ...toolChoice }
  }
  const tools = (body.tools ?? []).flatMap(declared)
  const allowed = allowedOf(body.tool_choice)
  const toolChoice = choiceOf(allowed?.mode ?? body.tool_choice, 'tool_choice')
  return {
    tools: allowed === undefined ? tools : tools.filter(({ name }) => allowed.names.has(name)),
    custom: new Set((body.tools ?? []).flatMap(each => each.custom?.name ?? [])),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(body.parallel_tool_calls === false && { parallelToolCalls: false }),
  }
}

const none: ReadonlySet<string> = new Set()

type WireTool = NonNullable<Wire['tools']>[number]

function declared({ function: plain, custom }: WireTool): Tool[] {
  if (plain != null) return [tool(plain)]
  if (custom == null) return []
  const { format } = custom
  return [
    customFunction({ ...custom, format: format == null ? null : { ...format.grammar, type: format.type } }),
  ]
}

function tool({ name, description, parameters }: WireFunction): Tool {
  return { name, ...(description != null && { description }), ...(parameters != null && { parameters }) }
}

/** A selection among the tools, with what is to be done with them. */
function allowedOf(choice: WireToolChoice): { mode: string; names: ReadonlySet<string> } | undefined {
  if (choice == null || typeof choice === 'string' || choice.allowed_tools == null) return undefined
  const { mode, tools } = choice.allowed_tools
  const names = (tools ?? []).flatMap(each => each.function?.name ?? each.custom?.name ?? [])
  return { mode: mode ?? 'auto', names: new Set(names) }
}

function choiceOf(choice: WireToolChoice | { name: string }, param: string): ChatOptions['toolChoice'] {
  if (choice == null) return undefined
  if (typeof choice === 'string') {
    // Some servers say "any" for it.
    if (choice === 'any') return 'required'
    if (choice === 'none' || choice === 'auto' || choice === 'required') return choice
    throw new ImpetusError(
      'invalid_value',
      `"${param}" is ${JSON.stringify(choice.slice(0, 40))}: send none, auto, required or the tool to call.`,
      { param },
    )
  }
  const called = 'function' in choice ? choice.function : 'custom' in choice ? choice.custom : undefined
  const name = isNamed(called) ? called.name : choice.name
  // A choice of another kind of tool is no choice among those that can be called here.
  return typeof name === 'string' ? { name } : undefined
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value
}
