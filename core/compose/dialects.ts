import { anthropicEnvelope } from '../anthropic/errors.ts'
import { ollamaPaths } from '../contract/ollama.ts'
import type { EnvelopeRules } from '../http/errors.ts'
import { ollamaEnvelope } from '../ollama/errors.ts'

const messages = ['/v1/messages', '/messages', '/v1/v1/messages']

/** How each dialect dresses its errors; where nothing fits, OpenAI's way is used. */
export const envelopes: EnvelopeRules = [
  ...messages.map(path => ({ path, envelope: anthropicEnvelope })),
  ...ollamaPaths.map(path => ({ path, envelope: ollamaEnvelope })),
]
