import type { Hono } from 'hono'
import { type GenerateAnswer, ollamaGenerate } from '../../contract/ollama.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { answer, type Line, type OllamaAnsweringParts, prepare } from '../answering.ts'
import { keepOf } from '../request.ts'
import type { Said } from '../speech.ts'
import { generateRequest } from './prompt.ts'

export function ollamaGenerateRoutes(app: Hono<Env>, parts: OllamaAnsweringParts): void {
  serve(app, ollamaGenerate, ({ body, context, signal }) => {
    const asked = {
      route: ollamaGenerate.path,
      name: body.model,
      isStream: body.stream ?? true,
      ...keepOf(body),
      wire: generateLine,
    }
    if (!body.prompt && !body.suffix) return prepare(parts, asked, signal)
    return answer(parts, asked, generateRequest(body), context, signal)
  })
}

function generateLine(
  { model, created_at, ...rest }: Line,
  { content, thinking, logprobs }: Said,
): GenerateAnswer {
  return {
    model,
    created_at,
    response: content,
    ...(thinking !== undefined && { thinking }),
    ...(logprobs !== undefined && { logprobs }),
    ...rest,
  }
}
