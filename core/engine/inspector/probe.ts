import { ChatTemplate } from '../chat-template.ts'
import type { ChatPrompt, Tool } from '../engine.ts'
import { printable } from './gguf.ts'

/** What trying a template showed; `error` where it cannot be used. */
export type TemplateProbe =
  | { readonly works: true; readonly supportsTools: boolean }
  | { readonly works: false; readonly error: string }

/** Longer templates exist only to harm: the longest in use has some 20 thousand characters. */
export const longestTemplate = 1024 * 1024

const tool: Tool = {
  name: 'impetus_probe',
  description: 'Tells the weather in a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
}

/**
 * Renders a template with a small conversation. May never return: the process it runs in has a deadline.
 * Tools count as supported when naming one changes the prompt so that it names it.
 */
export function probeTemplate(source: string): TemplateProbe {
  if (source.length > longestTemplate) {
    return {
      works: false,
      error: `the template has ${source.length} characters; at most ${longestTemplate} are read`,
    }
  }
  try {
    const template = new ChatTemplate(source)
    render(template, {})
    return { works: true, supportsTools: rendersTools(template) }
  } catch (error) {
    return { works: false, error: printable(error instanceof Error ? error.message : String(error)) }
  }
}

function rendersTools(template: ChatTemplate): boolean {
  try {
    return render(template, { tools: [tool] }).includes(tool.name)
  } catch {
    // A template that refuses tools works for everything else.
    return false
  }
}

/** Some templates take only alternating turns without a system message, so this is all that is asked of every one. */
function render(template: ChatTemplate, more: Partial<ChatPrompt>): string {
  return template.render(
    { kind: 'chat', messages: [{ role: 'user', content: 'How is the weather?' }], ...more },
    { bos: '<s>', eos: '</s>' },
  )
}
