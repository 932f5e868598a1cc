import { toolFormats } from '../toolcalls/formats.ts'
import type { TemplateFacts } from './probe.ts'

/** Facts of a template that can do everything, for tests to take from. */
export const ableFacts: TemplateFacts = {
  syntax: { kind: 'marked', format: toolFormats.hermes },
  reasoning: { open: '<think>', close: '</think>' },
  reasoningKey: 'reasoning_content',
  thinkingSwitches: ['enable_thinking'],
  shape: {},
  system: true,
  lateSystem: true,
  tools: true,
  toolCalls: true,
  toolResults: true,
  parallelCalls: true,
  shortIds: false,
  alternates: false,
}
