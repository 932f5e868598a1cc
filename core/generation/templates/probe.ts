import { ImpetusError } from '../../contract/errors.ts'
import type { ChatMessage, ChatPrompt, LoadedModel, PromptShape, Tool } from '../../engine/engine.ts'
import { marksAtEnd } from '../reasoning/spans.ts'
import { readTemplate, type TemplateText } from './detect.ts'

/** What a template can do, as trial renders show. */
export interface TemplateFacts extends TemplateText {
  readonly shape: PromptShape
  /** Whether a system message comes through; if not it goes into the first user message. */
  readonly system: boolean
  /** Whether one comes through after the first answer too; if not it is the user's. */
  readonly lateSystem: boolean
  /** Whether it tells the model of tools. */
  readonly tools: boolean
  /** Whether it writes earlier calls and their results. */
  readonly toolCalls: boolean
  readonly toolResults: boolean
  /** Whether one message may have several calls. */
  readonly parallelCalls: boolean
  /** Whether it refuses ids of calls other than nine letters and digits. */
  readonly shortIds: boolean
  /** Whether it refuses two messages of the user in a row. */
  readonly alternates: boolean
}

/** Renders one chat; `template_error` where the template refuses it. */
export type TryRender = (chat: ChatPrompt) => Promise<string>

const words = {
  system: 'Zx1system',
  user: 'Zx2user',
  answer: 'Zx3answer',
  result: 'Zx4result',
  value: 'Zx5value',
}
const key = 'zx6key'
const probeTool: Tool = {
  name: 'zx7tool',
  description: 'Zx8about',
  parameters: {
    type: 'object',
    properties: { [key]: { type: 'string', description: 'Zx9' } },
    required: [key],
  },
}
const user: ChatMessage = { role: 'user', content: words.user }
const answer: ChatMessage = { role: 'assistant', content: words.answer }

/**
 * Tries out what templates differ in. Some two dozen renders of a few lines each, in the runner, once per loaded model.
 * @throws `template_error` when not even a user's message can be rendered
 */
export async function probeTemplate(template: string, render: TryRender): Promise<TemplateFacts> {
  const text = readTemplate(template)
  const attempt = async (
    messages: readonly ChatMessage[],
    shape: PromptShape,
    tools: readonly Tool[] = [],
  ): Promise<string> => {
    try {
      return await render({ kind: 'chat', messages, shape, ...(tools.length > 0 && { tools }) })
    } catch (error) {
      if (error instanceof ImpetusError && error.code === 'template_error') return ''
      throw error
    }
  }
  const plain = await attempt([user], {})
  const parts = plain.includes(words.user) ? '' : await attempt([user], { content: 'parts' })
  const base: PromptShape = {
    ...(parts.includes(words.user) && { content: 'parts' as const }),
    ...(text.reasoningKey !== 'reasoning_content' && { reasoning: text.reasoningKey }),
  }
  if (plain === '' && parts === '') await render({ kind: 'chat', messages: [user] })
  const systemMessage: ChatMessage = { role: 'system', content: words.system }
  const [withSystem, withTools, twice, late, calls] = await Promise.all([
    attempt([systemMessage, user], base),
    attempt([user], base, [probeTool]),
    attempt([user, { role: 'user', content: words.answer }, answer, user], base),
    attempt([user, answer, systemMessage, user], base),
    probeCalls((messages, shape) => attempt(messages, shape, [probeTool]), base),
  ])
  return {
    ...text,
    reasoning: text.reasoning ?? marksAtEnd(plain || parts),
    ...calls,
    lateSystem: late.includes(words.system),
    system: withSystem.includes(words.system) && withSystem.includes(words.user),
    tools: withTools.includes(probeTool.name),
    alternates: !twice.includes(words.answer),
  }
}

type CallFacts = Pick<TemplateFacts, 'shape' | 'toolCalls' | 'toolResults' | 'parallelCalls' | 'shortIds'>

/** Looks for the way of handing over calls by which they come through whole. */
async function probeCalls(
  attempt: (messages: readonly ChatMessage[], shape: PromptShape) => Promise<string>,
  base: PromptShape,
): Promise<CallFacts> {
  const none = { shape: base, toolCalls: false, parallelCalls: false }
  for (const id of ['call_Zx0Zx0Zx0Zx0Zx0Zx0Zx0Zx0', 'Zx0Zx0Zx0']) {
    for (const shape of shapes(base)) {
      const first = call(`${id.slice(0, -1)}1`, words.value)
      const written = await attempt(
        [user, { role: 'assistant', content: '', toolCalls: [first] }, result(first.id), answer, user],
        shape,
      )
      if (!comesThrough(written)) continue
      const second = call(`${id.slice(0, -1)}2`, words.system)
      const both = await attempt(
        [
          user,
          { role: 'assistant', content: '', toolCalls: [first, second] },
          result(first.id),
          result(second.id),
          answer,
          user,
        ],
        shape,
      )
      return {
        shape,
        toolCalls: true,
        toolResults: written.includes(words.result),
        parallelCalls: both.includes(words.value) && both.includes(words.system),
        shortIds: id.length === 9,
      }
    }
  }
  const results = await attempt(
    [user, { role: 'assistant', content: words.answer }, result('Zx0Zx0Zx0'), answer, user],
    base,
  )
  return { ...none, toolResults: results.includes(words.result), shortIds: false }
}

function* shapes(base: PromptShape): Generator<PromptShape> {
  for (const toolArguments of ['object', 'text'] as const) {
    for (const emptyContent of ['text', 'none'] as const) {
      yield {
        ...base,
        ...(toolArguments === 'text' && { toolArguments }),
        ...(emptyContent === 'none' && { emptyContent }),
      }
    }
  }
}

function call(id: string, value: string) {
  return { id, name: probeTool.name, arguments: JSON.stringify({ [key]: value }) }
}

function result(id: string): ChatMessage {
  return { role: 'tool', content: words.result, toolCallId: id, name: probeTool.name }
}

/** Whether a call was written with its name and arguments, neither quoted twice nor as Python prints a dictionary. */
function comesThrough(text: string): boolean {
  if (!text.includes(probeTool.name) || !text.includes(words.value)) return false
  const before = text.slice(0, text.indexOf(words.value))
  const written = before.slice(before.lastIndexOf(key))
  return !written.includes('\\"') && !written.includes("'") && !text.includes('[object')
}

/** Where a prompt for these variables leaves the model. Rendered, because templates decide it in many ways. */
export async function renderEnd(
  render: TryRender,
  shape: PromptShape,
  variables: Readonly<Record<string, unknown>>,
): Promise<string> {
  const text = await render({ kind: 'chat', messages: [user], shape, templateVariables: variables })
  return text.slice(text.lastIndexOf(words.user) + words.user.length)
}

/** The facts of a loaded model's template; a promise kept for as long as the model is loaded. */
export class TemplateProbe {
  readonly #facts = new WeakMap<object, Promise<TemplateFacts | undefined>>()
  readonly #ends = new WeakMap<object, Map<string, Promise<string>>>()

  /** Undefined for engines that take the chat as it is. */
  facts(model: LoadedModel, signal: AbortSignal): Promise<TemplateFacts | undefined> {
    const { chatTemplate } = model.facts
    if (chatTemplate === undefined) return Promise.resolve(undefined)
    return kept(this.#facts, model, () => probeTemplate(chatTemplate, chat => model.render(chat, signal)))
  }

  end(
    model: LoadedModel,
    facts: TemplateFacts,
    variables: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<string> {
    const ends = this.#ends.get(model) ?? new Map<string, Promise<string>>()
    this.#ends.set(model, ends)
    const name = JSON.stringify(variables)
    // Variables come with requests: a client that invents new ones must not fill the memory.
    if (!ends.has(name) && ends.size >= 64) ends.clear()
    const known = ends.get(name)
    if (known) return known
    const end = renderEnd(chat => model.render(chat, signal), facts.shape, variables)
    ends.set(name, end)
    end.catch(() => ends.delete(name))
    return end
  }
}

/** A failed attempt (an abort, a crash) is not kept. */
function kept<Result>(
  cache: WeakMap<object, Promise<Result>>,
  owner: object,
  make: () => Promise<Result>,
): Promise<Result> {
  const known = cache.get(owner)
  if (known) return known
  const made = make()
  cache.set(owner, made)
  made.catch(() => cache.delete(owner))
  return made
}
