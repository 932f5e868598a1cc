import type { Hono } from 'hono'
import { ImpetusError } from '../../contract/errors.ts'
import { applyTemplate, countChatTokens, detokenize, tokenize } from '../../contract/text.ts'
import { modelOf } from '../../generation/ask.ts'
import type { Prompts } from '../../generation/prompts.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import type { Library } from '../../library/types.ts'
import type { Residency } from '../../residency/types.ts'
import { chatRequest } from '../chat/prompt.ts'

export interface TextParts {
  readonly library: Library
  readonly residency: Residency
  readonly prompts: Prompts
}

/** What a model makes of text before it answers. */
export function textRoutes(app: Hono<Env>, { library, residency, prompts }: TextParts): void {
  const hold = async (name: string | null | undefined, signal: AbortSignal) =>
    residency.acquire((await modelOf(library, name)).id, signal)

  serve(app, tokenize, async ({ body, signal }) => {
    const text = body.content ?? body.prompt
    if (text == null) {
      const message = '"content" is missing: send the text to tokenize.'
      throw new ImpetusError('invalid_value', message, { param: 'content' })
    }
    if (body.with_pieces) {
      const message = '"with_pieces" is not supported: send the tokens to /v1/detokenize.'
      throw new ImpetusError('invalid_value', message, { param: 'with_pieces' })
    }
    await using lease = await hold(body.model, signal)
    const { model } = lease
    const tokens = await model.tokenize(text, { special: body.parse_special ?? true }, signal)
    return { tokens, count: tokens.length, max_model_len: model.facts.contextLength }
  })

  serve(app, detokenize, async ({ body, signal }) => {
    await using lease = await hold(body.model, signal)
    const content = await lease.model.detokenize(body.tokens, signal)
    return { content, prompt: content }
  })

  serve(app, applyTemplate, async ({ body, signal }) => {
    const request = chatRequest(body)
    const { id } = await modelOf(library, body.model)
    return { prompt: await prompts.render(id, request, signal) }
  })

  serve(app, countChatTokens, async ({ body, signal }) => {
    const request = chatRequest(body)
    const { id } = await modelOf(library, body.model)
    return { input_tokens: await prompts.count(id, request, signal) }
  })
}
