import { ImpetusError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/ollama.ts'
import type { ChatMessage } from '../../engine/engine.ts'
import type { AnswerRequest } from '../../generation/types.ts'
import { limitsOf, mustHaveNoImages, wishesOf } from '../request.ts'

/**
 * Ollama's prompt as the engine's: a gap to fill where there is a suffix, a text as it is when it is raw, else a chat
 * of one turn.
 *
 * @throws `invalid_value`, `unsupported_content`, with the field at fault
 */
export function generateRequest(body: GenerateRequest): AnswerRequest {
  const { suffix, raw, system } = body
  const prompt = body.prompt ?? ''
  mustHaveNoImages(body.images, 'images')
  mustBeEmpty(
    body.template,
    'template',
    'the model’s own template is used. Use "raw" to send a prompt as it is.',
  )
  mustBeEmpty(body.context, 'context', 'send the conversation to /api/chat.')
  const rest = limitsOf(body)
  if (suffix != null && suffix !== '') return { ...rest, prompt: { kind: 'infill', prefix: prompt, suffix } }
  if (raw) return { ...rest, prompt: { kind: 'text', text: prompt } }
  const { options, variables } = wishesOf(body)
  const instructions: ChatMessage[] = system ? [{ role: 'system', content: system }] : []
  const messages = [...instructions, { role: 'user' as const, content: prompt }]
  return { ...rest, prompt: { kind: 'chat', messages, ...variables }, options }
}

function mustBeEmpty(
  value: string | readonly unknown[] | null | undefined,
  field: string,
  help: string,
): void {
  if (value == null || value.length === 0) return
  throw new ImpetusError('invalid_value', `"${field}" is not supported: ${help}`, { param: field })
}
