import type { Hono } from 'hono'
import { type ChatAnswer, ollamaChat } from '../../contract/ollama.ts'
import type { Env } from '../../http/env.ts'
import { serve } from '../../http/serve.ts'
import { answer, type Line, type OllamaAnsweringParts, prepare } from '../answering.ts'
import { keepOf } from '../request.ts'
import type { Said } from '../speech.ts'
import { chatRequest } from './prompt.ts'

export function ollamaChatRoutes(app: Hono<Env>, parts: OllamaAnsweringParts): void {
  serve(app, ollamaChat, ({ body, context, signal }) => {
    const asked = {
      route: ollamaChat.path,
      name: body.model,
      isStream: body.stream ?? true,
      ...keepOf(body),
      wire: chatLine,
    }
    if ((body.messages ?? []).length === 0) return prepare(parts, asked, signal)
    return answer(parts, asked, chatRequest(body), context, signal)
  })
}

function chatLine(
  { model, created_at, ...rest }: Line,
  { content, thinking, tool_calls, logprobs }: Said,
): ChatAnswer {
  return {
    model,
    created_at,
    message: {
      role: 'assistant',
      content,
      ...(thinking !== undefined && { thinking }),
      ...(tool_calls !== undefined && { tool_calls: [...tool_calls] }),
    },
    ...(logprobs !== undefined && { logprobs }),
    ...rest,
  }
}
