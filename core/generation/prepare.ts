import type { GenerateRequest, LoadedModel } from '../engine/engine.ts'
import { type Plan, planGeneration, planRaw } from './plan.ts'
import type { TemplateProbe } from './templates/probe.ts'
import type { AnswerRequest } from './types.ts'

/** What is found out about a template serves all requests, so it is not given up with the one that came first. */
const never = new AbortController().signal

/**
 * A dialect's request as the engine's, and how the answer is to be read. Engines that show no template (the scripted
 * one) take a chat as it is: they are only spared the tools that must not be called.
 *
 * @throws `invalid_value` for a tool choice or a schema that cannot be met
 */
export async function prepare(
  { options = {}, ...request }: AnswerRequest,
  model: LoadedModel,
  probe: TemplateProbe,
): Promise<Plan> {
  if (request.prompt.kind !== 'chat') return planRaw(request, options)
  const facts = await probe.facts(model, never)
  if (facts === undefined) {
    const chosen = withChosenTools(request, options.toolChoice)
    return { request: { ...chosen, chat: options }, notEnforced: [] }
  }
  const end = (variables: Readonly<Record<string, unknown>>) => probe.end(model, facts, variables, never)
  return planGeneration({ request, options, facts, end })
}

function withChosenTools(
  request: GenerateRequest,
  choice: NonNullable<AnswerRequest['options']>['toolChoice'],
): GenerateRequest {
  const { prompt } = request
  if (prompt.kind !== 'chat' || prompt.tools === undefined) return request
  if (choice === 'none') {
    const { tools: _, ...rest } = prompt
    return { ...request, prompt: rest }
  }
  if (typeof choice !== 'object') return request
  return { ...request, prompt: { ...prompt, tools: prompt.tools.filter(tool => tool.name === choice.name) } }
}
