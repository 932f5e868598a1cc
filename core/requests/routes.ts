import type { Hono } from 'hono'
import type { ChatRequest } from '../contract/chat.ts'
import { clearRequests, getRequest, listRequests, renderPrompt } from '../contract/requests.ts'
import type { Prompts } from '../generation/prompts.ts'
import type { AnswerRequest } from '../generation/types.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Library } from '../library/types.ts'
import type { RecentRequests } from './requests.ts'

export interface RequestRoutesParts {
  readonly requests: RecentRequests
  readonly prompts: Pick<Prompts, 'render' | 'count'>
  readonly library: Pick<Library, 'resolve'>
  /** OpenAI's chat request as the generator's. */
  readonly chatRequest: (body: ChatRequest) => AnswerRequest
}

/** The recent requests, and what a prompt becomes for its model. */
export function requestRoutes(app: Hono<Env>, parts: RequestRoutesParts): void {
  const { requests, prompts, library } = parts
  serve(app, listRequests, ({ query }) => ({
    requests: requests.list(query.limit, query.model),
    keepsTexts: requests.keepsTexts,
  }))
  serve(app, getRequest, ({ params }) => requests.get(params.id ?? ''))
  serve(app, clearRequests, () => ({ forgotten: requests.clear() }))
  serve(app, renderPrompt, async ({ body, signal }) => {
    const request = parts.chatRequest(body)
    const { id } = await library.resolve(body.model == null || body.model === '' ? undefined : body.model)
    const prompt = await prompts.render(id, request, signal)
    return { model: id, prompt, tokens: await prompts.count(id, request, signal) }
  })
}
