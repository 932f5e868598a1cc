import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** What a model's matrices can become. */
export const conversionTarget = z.enum(['F16', 'BF16', 'Q8_0'])
export type ConversionTarget = z.output<typeof conversionTarget>

/** A model of another format than GGUF: what it says of itself, and whether a GGUF file can be made of it. */
export const foreignModel = z
  .object({
    format: z.enum(['safetensors', 'mlx', 'pytorch', 'onnx', 'coreml']),
    path: z.string().meta({ description: 'Its folder, or its file where it is only one' }),
    name: z.string(),
    architecture: z.string().nullable().meta({ description: 'As the model itself says it' }),
    parameters: z.number().nullable(),
    dtype: z.string().nullable().meta({ description: 'How most of its weights are stored' }),
    contextLength: z.int().nullable(),
    bytes: z.int().meta({ description: 'All its files together' }),
    conversion: z.discriminatedUnion('possible', [
      z.object({
        possible: z.literal(true),
        bytes: z
          .record(conversionTarget, z.int())
          .meta({ description: 'Size of the GGUF file, for each type' }),
        notes: z.array(z.string()).meta({ description: 'What a person should know of the result' }),
      }),
      z.object({ possible: z.literal(false), reason: z.string() }),
    ]),
  })
  .meta({ id: 'ForeignModel' })
export type ForeignModel = z.output<typeof foreignModel>

/** `verifying`: the file is written and is being read back. `done`, `failed` and `cancelled` are ends. */
export const conversion = z
  .object({
    id: z.string(),
    source: z.string().meta({ description: 'Name of the model it is made of' }),
    format: foreignModel.shape.format,
    to: conversionTarget,
    file: z.string().meta({ description: 'Its name in the models folder' }),
    state: z.enum(['queued', 'running', 'verifying', 'done', 'failed', 'cancelled']),
    bytes: z.int().meta({ description: 'Size of the file it becomes' }),
    done: z.int().meta({ description: 'Bytes of it that are written' }),
    secondsLeft: z.number().nullable(),
    notes: z.array(z.string()),
    model: z.string().nullable().meta({ description: 'Its id, once it is listed' }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.int().meta({ description: 'Milliseconds since 1970' }),
    finishedAt: z.int().nullable(),
  })
  .meta({ id: 'Conversion' })
export type Conversion = z.output<typeof conversion>

const source = z.string().min(1).max(4096).meta({
  description: 'Absolute path of a model’s folder or file on the core’s machine, or the id of one it found',
})

export const describeSource = endpoint({
  id: 'describeSource',
  method: 'post',
  path: '/api/conversions/describe',
  summary: 'Says what a model of another format is, and whether it can be converted',
  scope: 'admin',
  request: z.object({ source }),
  response: foreignModel,
})

export const startConversion = endpoint({
  id: 'startConversion',
  method: 'post',
  path: '/api/conversions',
  summary: 'Makes a GGUF file of a SafeTensors, MLX or PyTorch model; the model itself is not changed',
  scope: 'admin',
  request: z.object({
    source,
    to: conversionTarget.default('F16'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/, 'must be letters, digits, ".", "_" and "-"')
      .optional()
      .meta({ description: 'Of the file, without ".gguf"; by default the model’s and the type' }),
  }),
  response: conversion,
})

export const listConversions = endpoint({
  id: 'listConversions',
  method: 'get',
  path: '/api/conversions',
  summary: 'The conversions since the core was started, the newest first',
  scope: 'admin',
  response: z.object({ conversions: z.array(conversion) }),
})

export const cancelConversion = endpoint({
  id: 'cancelConversion',
  method: 'post',
  path: '/api/conversions/:id/cancel',
  summary: 'Ends a conversion and deletes what it has written',
  scope: 'admin',
  response: conversion,
})
