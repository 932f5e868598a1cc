import type { Hono } from 'hono'
import type { ChatRequest } from '../contract/chat.ts'
import { ImpetusError } from '../contract/errors.ts'
import { llamaApplyTemplate, llamaDetokenize, llamaTokenize } from '../contract/llama-server.ts'
import { modelOf } from '../generation/ask.ts'
import type { Prompts } from '../generation/prompts.ts'
import type { AnswerRequest } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Library } from '../library/types.ts'
import type { Lease, Residency } from '../residency/types.ts'

export interface TextParts {
  readonly library: Library
  readonly residency: Residency
  readonly prompts: Pick<Prompts, 'render'>
  /** OpenAI's request as the engine's. */
  readonly chatRequest: (body: ChatRequest) => AnswerRequest
}

export function llamaTextRoutes(app: Hono<Env>, parts: TextParts): void {
  const { library, residency, prompts, chatRequest } = parts
  const hold = async (name: string | null | undefined, signal: AbortSignal): Promise<Lease> => {
    const model = await modelOf(library, name)
    return residency.acquire(model.id, signal)
  }

  serve(app, llamaTokenize, async ({ body, signal }) => {
    if (body.with_pieces) {
      throw new ImpetusError(
        'invalid_value',
        '"with_pieces" is not supported: send the tokens to /detokenize.',
        {
          param: 'with_pieces',
        },
      )
    }
    await using lease = await hold(body.model, signal)
    const special = body.parse_special ?? true
    return { tokens: await lease.model.tokenize(body.content, { special }, signal) }
  })

  serve(app, llamaDetokenize, async ({ body, signal }) => {
    await using lease = await hold(body.model, signal)
    return { content: await lease.model.detokenize(body.tokens, signal) }
  })

  serve(app, llamaApplyTemplate, async ({ body, signal }) => {
    const request = chatRequest(body)
    const model = await modelOf(library, body.model)
    return { prompt: await prompts.render(model.id, request, signal) }
  })
}
