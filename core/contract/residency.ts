import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** A model that is in memory, or was left alone after crashes. */
export const modelState = z
  .object({
    id: z.string(),
    state: z.enum(['loading', 'loaded', 'unloading', 'quarantined']),
    progress: z.number().nullable().meta({ description: '0 to 1 while loading' }),
    leases: z.int().meta({ description: 'Requests that use it now' }),
    slots: z.int().nullable().meta({ description: 'Requests that it computes at a time, once loaded' }),
    waiting: z.int().meta({ description: 'Requests that wait for it, or for a slot of it' }),
    contextLength: z.int().nullable().meta({ description: 'Tokens of one slot, once loaded' }),
    reason: z.string().nullable(),
    bytes: z.int().meta({ description: 'Memory: estimated while it loads, corrected by what was measured' }),
    pinned: z.boolean(),
    unloadsAt: z.int().nullable().meta({
      description: 'Milliseconds since 1970 when it goes by itself; null while it works and when it stays',
    }),
  })
  .meta({ id: 'ModelState' })
export type WireModelState = z.output<typeof modelState>

const memory = z.object({
  budgetBytes: z.int().meta({ description: 'What all models may take together' }),
  usedBytes: z.int(),
  waiting: z.int().meta({ description: 'Requests that wait for a model, or for a slot of it' }),
  models: z.array(modelState),
})
export type MemoryAnswer = z.output<typeof memory>

export const getMemory = endpoint({
  id: 'getMemory',
  method: 'get',
  path: '/api/memory',
  summary: 'The models in memory, and the budget they share',
  scope: 'inference',
  response: memory,
})

export const loadModel = endpoint({
  id: 'loadModel',
  method: 'post',
  path: '/api/models/:id/load',
  summary: 'Brings a model into memory; answers when it is there',
  scope: 'admin',
  request: z.object({
    keepSeconds: z
      .number()
      .min(0)
      .max(31_536_000)
      .optional()
      .meta({ description: 'How long it stays without work; absent: as configured' }),
  }),
  response: modelState,
})

export const unloadModel = endpoint({
  id: 'unloadModel',
  method: 'post',
  path: '/api/models/:id/unload',
  summary: 'Takes a model out of memory, once its running answers are done',
  scope: 'admin',
  request: z.object({}),
  response: z.object({ id: z.string() }),
})
