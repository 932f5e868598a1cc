import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** The beginnings of LM Studio's paths under `/api`: our own operations take other names. */
export const lmStudioPaths: readonly string[] = ['/api/v0', '/api/v1']

const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    type: z.enum(['llm', 'embeddings']),
    publisher: z.string().meta({ description: 'Where the file is: built-in, impetus, models or configured' }),
    arch: z.string().nullable(),
    compatibility_type: z.string(),
    quantization: z.string().nullable(),
    state: z.enum(['loaded', 'loading', 'not-loaded']),
    max_context_length: z
      .int()
      .nullable()
      .meta({ description: 'Tokens that the model gets when it is loaded' }),
    loaded_context_length: z.int().optional(),
    capabilities: z.array(z.enum(['tool_use'])),
  })
  .meta({ id: 'LmStudioModel' })
export type LmStudioModel = z.output<typeof model>

export const lmStudioModels = endpoint({
  id: 'lmStudioModels',
  method: 'get',
  path: '/api/v0/models',
  summary: "LM Studio's: the models on this machine",
  scope: 'inference',
  response: z.object({ object: z.literal('list'), data: z.array(model) }),
})

export const lmStudioModel = endpoint({
  id: 'lmStudioModel',
  method: 'get',
  path: '/api/v0/models/:id{.+}',
  summary: "LM Studio's: one model",
  scope: 'inference',
  response: model,
})
