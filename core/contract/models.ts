import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** OpenAI's four fields, and what clients of other servers read beside them. `null`: the file has not been read yet. */
const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int().meta({ description: 'When the file was last changed, in seconds since 1970' }),
    owned_by: z.string().meta({
      description:
        'Where the file is: built-in, impetus, models, configured, linked, or the program whose it is',
    }),
    default: z.boolean().meta({ description: 'Answers requests that name no model' }),
    description: z.string().nullable(),
    aliases: z.array(z.string()),
    context_length: z
      .int()
      .nullable()
      .meta({ description: 'Tokens that prompt and answer may have together' }),
    max_model_len: z.int().nullable().meta({ description: 'The same, as vLLM names it' }),
    format: z.string(),
    architecture: z.string().nullable(),
    quantization: z.string().nullable(),
    size: z.int().meta({ description: 'Bytes on disk' }),
    capabilities: z.array(
      z.enum(['chat', 'completion', 'tools', 'reasoning', 'infill', 'embedding', 'rerank']),
    ),
    meta: z
      .object({
        n_ctx: z.int().nullable(),
        n_ctx_train: z.int().nullable(),
        n_params: z.int().nullable(),
        n_vocab: z.int().nullable(),
        size: z.int(),
      })
      .meta({ description: "As llama.cpp's server names them" }),
    status: z.object({
      value: z.enum(['loaded', 'loading', 'unloading', 'unloaded', 'quarantined', 'invalid']),
      progress: z.number().nullable().meta({ description: '0 to 1 while loading' }),
      reason: z.string().nullable(),
    }),
  })
  .meta({ id: 'Model' })
export type WireModel = z.output<typeof model>

export const listModels = endpoint({
  id: 'listModels',
  method: 'get',
  path: '/v1/models',
  aliases: ['/models', '/v1/v1/models'],
  summary: 'The models on this machine',
  scope: 'inference',
  response: z.object({ object: z.literal('list'), data: z.array(model) }),
})

export const getModel = endpoint({
  id: 'getModel',
  method: 'get',
  // Ids have no slash, but clients ask for names that do: the answer is model_not_found, not an unknown route.
  path: '/v1/models/:id{.+}',
  aliases: ['/models/:id{.+}', '/v1/v1/models/:id{.+}'],
  summary: 'One model, by id or alias',
  scope: 'inference',
  response: model,
})

export const loadOpenAiModel = endpoint({
  id: 'loadOpenAiModel',
  method: 'post',
  path: '/v1/models/:id/load',
  aliases: ['/models/:id/load'],
  summary: 'Brings a model into memory; answers when it is there',
  scope: 'inference',
  response: model,
})

export const switchModel = endpoint({
  id: 'switchModel',
  method: 'post',
  path: '/v1/models/:id/switch',
  aliases: ['/models/:id/switch'],
  summary: 'Brings a model into memory, and takes those out that nobody uses and that are not pinned',
  scope: 'inference',
  response: model,
})

export const unloadOpenAiModel = endpoint({
  id: 'unloadOpenAiModel',
  method: 'post',
  path: '/v1/models/:id/unload',
  aliases: ['/models/:id/unload'],
  summary: 'Takes a model out of memory, once its running answers are done',
  scope: 'admin',
  response: model,
})
