import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** Ollama's operations that change what is on the disk. */

const named = {
  model: z.string().nullish(),
  name: z.string().nullish().meta({ description: 'The older name of model' }),
}
const nothing = z.object({})

const progress = z
  .object({
    status: z.string(),
    digest: z.string().optional(),
    total: z.int().optional().meta({ description: 'Bytes' }),
    completed: z.int().optional().meta({ description: 'Bytes' }),
  })
  .meta({ id: 'OllamaProgress' })
export type Progress = z.output<typeof progress>

export const ollamaPull = endpoint({
  id: 'ollamaPull',
  method: 'post',
  path: '/api/pull',
  summary: "Ollama's: fetches a model from Hugging Face, telling how far it is",
  scope: 'admin',
  request: z.looseObject({
    ...named,
    model: z
      .string()
      .nullish()
      .meta({ description: 'hf.co/owner/name:Q4_K_M', 'x-deviation': 'Names on Hugging Face only' }),
    stream: z.boolean().nullish().meta({ description: 'True where it is missing' }),
  }),
  response: progress,
  stream: 'application/x-ndjson',
})

export const ollamaDelete = endpoint({
  id: 'ollamaDelete',
  method: 'delete',
  path: '/api/delete',
  summary: "Ollama's: deletes a model, or a name that was given to one by copying it",
  scope: 'admin',
  request: z.looseObject(named),
  response: nothing,
})

export const ollamaCopy = endpoint({
  id: 'ollamaCopy',
  method: 'post',
  path: '/api/copy',
  summary: "Ollama's: gives a model another name; nothing is copied",
  scope: 'admin',
  request: z.looseObject({
    source: z.string(),
    destination: z.string().meta({ 'x-deviation': 'Goes with the model: nothing is copied' }),
  }),
  response: nothing,
})

const kept = z.unknown().optional().meta({ 'x-deviation': 'Refused unless empty' })

export const ollamaCreate = endpoint({
  id: 'ollamaCreate',
  method: 'post',
  path: '/api/create',
  summary: "Ollama's: gives a model another name, which is all that is made of it here",
  scope: 'admin',
  request: z.looseObject({
    ...named,
    from: z.string().nullish().meta({ description: 'The model that gets the name' }),
    stream: z.boolean().nullish().meta({ description: 'True where it is missing' }),
    files: kept,
    adapters: kept,
    template: kept,
    system: kept,
    parameters: kept,
    messages: kept,
    quantize: kept,
    modelfile: kept,
  }),
  response: progress,
  stream: 'application/x-ndjson',
})
