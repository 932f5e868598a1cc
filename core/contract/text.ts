import { z } from 'zod'
import { createChatCompletion } from './chat.ts'
import { endpoint } from './endpoint.ts'
import { createResponse } from './responses.ts'

const model = z
  .string()
  .nullish()
  .meta({ description: 'An id from /v1/models; the default model where it is missing' })

const tokens = z
  .custom<readonly number[]>(
    value => Array.isArray(value) && value.every(one => Number.isSafeInteger(one) && one >= 0),
    'must be a list of tokens',
  )
  .meta({ description: 'A list of tokens' })

export const tokenize = endpoint({
  id: 'tokenize',
  method: 'post',
  path: '/v1/tokenize',
  aliases: ['/tokenize'],
  summary: 'The tokens of a text',
  scope: 'inference',
  request: z.looseObject({
    model,
    content: z.string().nullish().meta({ description: 'The text' }),
    prompt: z.string().nullish().meta({ description: 'Another name for content, as vLLM has it' }),
    parse_special: z
      .boolean()
      .nullish()
      .meta({ description: 'Whether text like <|im_start|> is the special token; true where it is missing' }),
    with_pieces: z.boolean().nullish().meta({ 'x-deviation': 'Refused unless false' }),
  }),
  response: z.object({
    tokens: z.array(z.int()),
    count: z.int(),
    max_model_len: z.int().meta({ description: 'Tokens that prompt and answer may have together' }),
  }),
})

export const detokenize = endpoint({
  id: 'detokenize',
  method: 'post',
  path: '/v1/detokenize',
  aliases: ['/detokenize'],
  summary: 'The text of tokens',
  scope: 'inference',
  request: z.looseObject({ model, tokens }),
  response: z.object({
    content: z.string(),
    prompt: z.string().meta({ description: 'The same, as vLLM names it' }),
  }),
})

export const applyTemplate = endpoint({
  id: 'applyTemplate',
  method: 'post',
  path: '/v1/apply-template',
  aliases: ['/apply-template'],
  summary: 'The text that a chat becomes for the model',
  scope: 'inference',
  request: createChatCompletion.request,
  response: z.object({ prompt: z.string() }),
})

export const countChatTokens = endpoint({
  id: 'countChatTokens',
  method: 'post',
  path: '/v1/chat/completions/input_tokens',
  summary: 'The tokens that the prompt of a chat has, with its tools',
  scope: 'inference',
  request: createChatCompletion.request,
  response: z.object({ input_tokens: z.int() }),
})

export const countResponseTokens = endpoint({
  id: 'countResponseTokens',
  method: 'post',
  path: '/v1/responses/input_tokens',
  aliases: ['/responses/input_tokens'],
  summary: 'The tokens that the prompt of a response has, with its tools and what it goes on from',
  scope: 'inference',
  request: createResponse.request,
  response: z.object({ object: z.literal('response.input_tokens'), input_tokens: z.int() }),
})
