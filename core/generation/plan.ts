import { ImpetusError } from '../contract/errors.ts'
import type { ChatPrompt, GenerateRequest, ReasoningSpan, Tool } from '../engine/engine.ts'
import { type AnswerGrammar, keptAnswerGrammar, type Output, outputGrammar } from './plan-grammar.ts'
import { promptEnd } from './reasoning/spans.ts'
import type { ToolSyntax } from './templates/detect.ts'
import { adaptMessages } from './templates/messages.ts'
import type { TemplateFacts } from './templates/probe.ts'
import type { ToolFormat } from './toolcalls/format.ts'
import { toolFormats } from './toolcalls/formats.ts'
import { readHarmony } from './toolcalls/harmony.ts'
import { type AnswerReader, createInterpreter, type Interpreter } from './toolcalls/interpreter.ts'
import { readAnswer } from './toolcalls/machine.ts'
import { readRecipients } from './toolcalls/recipients.ts'

/** What a dialect asks for beyond messages and sampling. */
export interface ChatOptions {
  /** `required`: some tool must be called; a name: that one. Absent: the model decides. */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** Whether several tools may be called at once; absent: yes. */
  readonly parallelToolCalls?: boolean
  /** What the text of the answer must be. */
  readonly output?: Output
  /** GBNF that a prompt which is no chat is gone on with. */
  readonly grammar?: string
  readonly reasoning?: {
    /** Absent: as the template has it. */
    readonly enabled?: boolean
    readonly budgetTokens?: number
  }
  /** Whether reasoning is told from the answer; false keeps it in the text as the model writes it. */
  readonly separateReasoning?: boolean
  /** The request field of a tool's schema, for errors; OpenAI's by default. */
  readonly toolParam?: (index: number) => string
}

export interface Plan {
  /** For the engine. */
  readonly request: GenerateRequest
  /** A reader for each answer; absent where the engine's deltas are what they should be already. */
  readonly interpreter?: () => Interpreter
  /** What the grammar cannot hold the answer or the calls to, for the dialect to check and say. */
  readonly notEnforced: AnswerGrammar['notEnforced']
}

export interface PlanInput {
  readonly request: GenerateRequest
  readonly options: ChatOptions
  readonly facts: TemplateFacts
  /** How a prompt ends with these template variables (`TemplateProbe.end`). */
  readonly end: (variables: Readonly<Record<string, unknown>>) => Promise<string>
}

/**
 * Turns a chat as a dialect has it into what this model's template and engine need: messages it can show, the grammar
 * that holds it to what was asked, the marks to keep in the text, and the reader that makes deltas of it.
 *
 * @throws `invalid_value` for a tool choice that names no tool, and for schemas that are refused
 */
export async function planGeneration({ request, options, facts, end }: PlanInput): Promise<Plan> {
  const { prompt } = request
  if (prompt.kind !== 'chat') return planRaw(request, options)
  const tools = options.toolChoice === 'none' ? [] : (prompt.tools ?? [])
  mustHaveTool(tools, options)
  const variables = variablesOf(prompt, options, facts)
  const span = await spanOf(facts, variables, options, end)
  const syntax = syntaxOf(facts, tools)
  const { grammar, notEnforced } = keptAnswerGrammar(facts, { tools, options, syntax, span })
  const markers = markersOf(syntax, span, tools.length > 0)
  return {
    request: {
      ...request,
      prompt: chatFor(prompt, tools, syntax, facts, variables),
      ...(grammar && { grammar }),
      ...(markers.length > 0 && { markers }),
      ...(span && { reasoning: span }),
    },
    interpreter: () => createInterpreter(readerOf(syntax, span, tools.length > 0), tools),
    notEnforced,
  }
}

/** What is no chat needs no template; only its output may be held. @throws `invalid_value` for a schema that is refused */
export function planRaw(request: GenerateRequest, { output, grammar: given }: ChatOptions): Plan {
  if (given !== undefined) return { request: { ...request, grammar: { text: given } }, notEnforced: [] }
  if (!output) return { request, notEnforced: [] }
  const { grammar, notEnforced } = outputGrammar(output)
  return { request: { ...request, ...(grammar && { grammar }) }, notEnforced }
}

function mustHaveTool(tools: readonly Tool[], { toolChoice }: ChatOptions): void {
  if (toolChoice === undefined || toolChoice === 'auto' || toolChoice === 'none') return
  if (tools.length === 0) {
    throw new ImpetusError(
      'invalid_value',
      '"tool_choice" asks for a call, but there are no tools. Send "tools" too.',
      {
        param: 'tool_choice',
      },
    )
  }
  if (toolChoice !== 'required' && !tools.some(tool => tool.name === toolChoice.name)) {
    const names = tools.slice(0, 20).map(tool => tool.name)
    throw new ImpetusError(
      'invalid_value',
      `"tool_choice" names a tool that is not among "tools". Name one of: ${names.join(', ')}.`,
      { param: 'tool_choice' },
    )
  }
}

/** The switches for thinking that the template knows, where the request has not set them itself. */
function variablesOf(
  prompt: ChatPrompt,
  options: ChatOptions,
  facts: TemplateFacts,
): Readonly<Record<string, unknown>> {
  const { enabled } = options.reasoning ?? {}
  const switches = enabled === undefined ? [] : facts.thinkingSwitches.map(name => [name, enabled] as const)
  return { ...Object.fromEntries(switches), ...prompt.templateVariables }
}

const harmonyMarks = { open: '<|channel|>analysis<|message|>', close: '<|end|>' }

async function spanOf(
  facts: TemplateFacts,
  variables: Readonly<Record<string, unknown>>,
  { reasoning, separateReasoning = true }: ChatOptions,
  end: PlanInput['end'],
): Promise<ReasoningSpan | undefined> {
  const budget = reasoning?.budgetTokens === undefined ? {} : { budgetTokens: reasoning.budgetTokens }
  if (facts.syntax?.kind === 'harmony') return { ...harmonyMarks, openInPrompt: false, ...budget }
  if (!facts.reasoning || !separateReasoning) return undefined
  const state = promptEnd(await end(variables), facts.reasoning)
  return state === 'closed' ? undefined : { ...facts.reasoning, openInPrompt: state === 'open', ...budget }
}

/** How calls are written: as the template teaches it, or as we do where it teaches none. */
function syntaxOf(facts: TemplateFacts, tools: readonly Tool[]): ToolSyntax {
  const { syntax } = facts
  if (syntax && (facts.tools || syntax.kind !== 'marked' || syntax.format.style.write)) return syntax
  return tools.length > 0 || !syntax ? { kind: 'marked', format: toolFormats.hermes } : syntax
}

function chatFor(
  prompt: ChatPrompt,
  tools: readonly Tool[],
  syntax: ToolSyntax,
  facts: TemplateFacts,
  variables: Readonly<Record<string, unknown>>,
): ChatPrompt {
  const native = facts.tools && facts.syntax === syntax
  const format: ToolFormat | undefined = syntax.kind === 'marked' ? syntax.format : undefined
  const messages = adaptMessages(prompt.messages, {
    facts,
    describe: native ? [] : tools,
    notation: format,
    byHand: format !== undefined && !(facts.toolCalls && facts.syntax === syntax),
  })
  return {
    kind: 'chat',
    messages,
    ...(native && tools.length > 0 && { tools }),
    ...(Object.keys(variables).length > 0 && { templateVariables: variables }),
    ...(prompt.addGenerationPrompt !== undefined && { addGenerationPrompt: prompt.addGenerationPrompt }),
    shape: facts.shape,
  }
}

const harmonyMarkers = [
  '<|channel|>',
  '<|message|>',
  '<|start|>',
  '<|end|>',
  '<|call|>',
  '<|return|>',
  '<|constrain|>',
]

/** The special tokens in the marks; the engine keeps those of them that are tokens of the vocabulary. */
function markersOf(
  syntax: ToolSyntax,
  span: ReasoningSpan | undefined,
  hasTools: boolean,
): readonly string[] {
  if (syntax.kind === 'harmony') return harmonyMarkers
  const reasoning = span ? [span.open, span.close] : []
  if (syntax.kind === 'recipients' || !hasTools) return reasoning
  const { open, close, each, marks = [] } = syntax.format
  return [
    ...new Set(
      [...reasoning, ...open, close, each?.open, each?.close, ...marks].filter(mark => mark !== undefined),
    ),
  ]
}

function readerOf(syntax: ToolSyntax, span: ReasoningSpan | undefined, hasTools: boolean): AnswerReader {
  if (syntax.kind === 'harmony') return readHarmony
  if (syntax.kind === 'recipients') return readRecipients
  return context =>
    readAnswer(context, { ...(hasTools && { format: syntax.format }), ...(span && { reasoning: span }) })
}
