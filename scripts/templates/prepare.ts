import { ImpetusError } from '../../core/contract/errors.ts'
import { ChatTemplate, templateVariables } from '../../core/engine/chat-template.ts'
import type { ChatPrompt } from '../../core/engine/engine.ts'
import { type Plan, planGeneration } from '../../core/generation/plan.ts'
import { probeTemplate, renderEnd, type TemplateFacts } from '../../core/generation/templates/probe.ts'
import type { Conversation } from './conversations.ts'

export const specials = { bos: '<BOS>', eos: '<EOS>' }

/** A template with what our own code makes of it. */
export interface Prepared {
  readonly template: ChatTemplate
  readonly facts: TemplateFacts
  render(chat: ChatPrompt): Promise<string>
}

export async function prepare(source: string): Promise<Prepared> {
  const template = new ChatTemplate(source)
  const render = async (chat: ChatPrompt): Promise<string> => {
    try {
      return template.render(chat, specials)
    } catch (error) {
      throw new ImpetusError('template_error', error instanceof Error ? error.message : String(error))
    }
  }
  return { template, facts: await probeTemplate(source, render), render }
}

export async function planFor({ facts, render }: Prepared, { chat, options }: Conversation): Promise<Plan> {
  return planGeneration({
    request: { prompt: { kind: 'chat', ...chat }, stop: [], sampling: {} },
    options: options ? { reasoning: options } : {},
    facts,
    end: variables => renderEnd(render, facts.shape, variables),
  })
}

/** What our code hands to the template for this conversation. */
export async function variablesFor(
  prepared: Prepared,
  conversation: Conversation,
): Promise<Record<string, unknown>> {
  const { prompt } = (await planFor(prepared, conversation)).request
  if (prompt.kind !== 'chat') throw new Error('a chat became something else')
  return templateVariables(prompt, specials)
}
