import { z } from 'zod'
import { createChatCompletion } from './chat.ts'
import { endpoint } from './endpoint.ts'

const milliseconds = z.number().nullable()

const cache = z.object({
  source: z.enum(['slot', 'otherSlot', 'disk', 'none']).meta({ description: 'Where the state was' }),
  matchedTokens: z
    .int()
    .meta({ description: 'Leading tokens that are the same as in the most similar prompt remembered' }),
  reusedTokens: z.int(),
  cause: z
    .string()
    .nullable()
    .meta({ description: 'Why not more was reused; null when all was that could be' }),
})

/** One request, figures only. */
const recentRequest = z
  .object({
    id: z.string(),
    model: z.string(),
    route: z.string(),
    client: z.string().nullable(),
    startedAt: z.int().meta({ description: 'Milliseconds since 1970' }),
    state: z.enum(['active', 'finished', 'cancelled', 'failed']),
    code: z.string().nullable().meta({ description: 'Of the error it failed with' }),
    endReason: z.string().nullable(),
    promptTokens: z.int(),
    cachedTokens: z.int(),
    completionTokens: z.int(),
    reasoningTokens: z.int(),
    milliseconds,
    firstTokenMilliseconds: milliseconds,
    timings: z
      .object({
        queued: z.number(),
        prefill: z.number(),
        decode: z.number(),
        speculation: z
          .object({ drafted: z.int(), accepted: z.int(), steps: z.int().optional() })
          .optional()
          .meta({ description: 'Tokens that were guessed ahead, and how many of them held' }),
      })
      .nullable()
      .meta({ description: 'Milliseconds, by the engine' }),
    tokensPerSecond: z.number().nullable().meta({ description: 'While it wrote' }),
    cache: cache.nullable().meta({ description: 'null where the engine does not tell' }),
  })
  .meta({ id: 'RecentRequest' })
export type RecentRequest = z.output<typeof recentRequest>

const texts = z.object({
  prompt: z.string().meta({ description: 'As sent, messages one after the other' }),
  answer: z.string(),
})

const recentRequestDetail = z.object({
  ...recentRequest.shape,
  explanation: z.string().meta({ description: 'What took the time and why, in words' }),
  texts: texts.nullable().meta({ description: 'null where texts are not kept, or not any more' }),
})
export type RecentRequestDetail = z.output<typeof recentRequestDetail>

export const listRequests = endpoint({
  id: 'listRequests',
  method: 'get',
  path: '/api/requests',
  summary: 'The recent requests, the newest first; in memory only',
  scope: 'admin',
  query: z.object({
    limit: z.coerce.number().int().min(1).max(10_000).default(100),
    model: z.string().optional(),
  }),
  response: z.object({ requests: z.array(recentRequest), keepsTexts: z.boolean() }),
})

export const getRequest = endpoint({
  id: 'getRequest',
  method: 'get',
  path: '/api/requests/:id',
  summary: 'One recent request with its texts, and why it took as long as it did',
  scope: 'admin',
  response: recentRequestDetail,
})

export const clearRequests = endpoint({
  id: 'clearRequests',
  method: 'delete',
  path: '/api/requests',
  summary: 'Forgets the recent requests',
  scope: 'admin',
  response: z.object({ forgotten: z.int() }),
})

export const renderPrompt = endpoint({
  id: 'renderPrompt',
  method: 'post',
  path: '/api/render',
  summary: 'The text that a chat becomes for its model, and how many tokens that is; nothing is answered',
  scope: 'inference',
  request: createChatCompletion.request,
  response: z.object({ model: z.string(), prompt: z.string(), tokens: z.int() }),
})
