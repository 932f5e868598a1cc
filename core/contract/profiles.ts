import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const samplingDefaults = z
  .strictObject({
    temperature: z.number().min(0).max(5),
    topK: z.int().min(0).max(100_000),
    topP: z.number().min(0).max(1),
    minP: z.number().min(0).max(1),
    repeatPenalty: z.number().min(0).max(10),
    presencePenalty: z.number().min(-2).max(2),
    frequencyPenalty: z.number().min(-2).max(2),
  })
  .partial()
  .meta({ description: 'For what a request leaves open' })

/** What a profile can say. What is absent is left open. */
export const profileValues = z
  .strictObject({
    contextLength: z
      .int()
      .min(64)
      .max(16_777_216)
      .meta({ description: 'Tokens that prompt and answer may have together' }),
    slots: z.int().min(1).max(64).meta({ description: 'Requests that are computed at a time' }),
    gpuLayers: z.int().min(0).max(10_000),
    threads: z.int().min(1).max(512),
    batchSize: z.int().min(32).max(8192).meta({ description: 'Tokens of the widest step' }),
    flashAttention: z.boolean(),
    kvCacheType: z
      .enum(['f16', 'q8_0', 'q4_0'])
      .meta({ description: 'How exactly the state of past tokens is kept: q8_0 takes half, q4_0 a quarter' }),
    idleMinutes: z
      .number()
      .min(0)
      .max(525_600)
      .nullable()
      .meta({ description: 'Minutes without a request after which it leaves the memory; null: never' }),
    speculation: z.enum(['auto', 'lookup', 'draft', 'off']).meta({
      description:
        'Guesses of several tokens at a time, where measured to help: from what was said before (lookup), by the draft model, or both (auto, the default)',
    }),
    sampling: samplingDefaults,
  })
  .partial()
  .meta({ id: 'ProfileValues' })
export type ProfileValues = z.output<typeof profileValues>

/** What can be said of one model. */
export const modelValues = z
  .strictObject({
    ...profileValues.shape,
    chatTemplate: z
      .string()
      .min(1)
      .max(1_048_576)
      .meta({ description: 'Jinja in place of the model’s own chat template' }),
    pinned: z
      .boolean()
      .meta({ description: 'Once loaded it is never unloaded for another model, nor by time' }),
    adapters: z
      .array(
        z.strictObject({
          path: z.string().min(1).max(4096).meta({ description: 'Whole path of a LoRA adapter in GGUF' }),
          scale: z
            .number()
            .min(-10)
            .max(10)
            .default(1)
            .meta({ description: 'Its share; 1 as it was trained' }),
        }),
      )
      .max(8)
      .meta({ description: 'Put over the weights, in this order' }),
    draftModel: z
      .string()
      .min(1)
      .max(255)
      .meta({ description: 'A small installed model with the same vocabulary, which guesses for this one' }),
    ropeBase: z
      .number()
      .min(1)
      .max(1e10)
      .meta({ description: 'Frequency base of the positions; absent: the model’s own' }),
    ropeScaling: z
      .enum(['none', 'linear', 'yarn'])
      .meta({ description: 'How positions beyond the trained context are told apart' }),
    ropeFactor: z
      .number()
      .min(1)
      .max(64)
      .meta({ description: 'How many times the trained context; needs ropeScaling' }),
  })
  .partial()
  .meta({ id: 'ModelValues' })
export type ModelValues = z.output<typeof modelValues>

const change = z.object({
  key: z.string().meta({ description: 'As `sampling.temperature`' }),
  from: z.unknown().meta({ description: 'null: left open, or never' }),
  to: z.unknown(),
})

const configuration = z.object({
  model: z.string(),
  profile: z.string().nullable().meta({ description: 'Fills what the model itself leaves open' }),
  own: modelValues.meta({ description: 'What was said of this model' }),
  effective: modelValues.meta({
    description: 'With profile and settings: what its next load and request get',
  }),
  reloadNeeded: z
    .boolean()
    .meta({ description: 'It is in memory with other values than its next load gets' }),
})
export type ConfigurationAnswer = z.output<typeof configuration>

export const getConfiguration = endpoint({
  id: 'getConfiguration',
  method: 'get',
  path: '/api/models/:id/configuration',
  summary: 'How a model is loaded and asked',
  scope: 'admin',
  response: configuration,
})

export const updateConfiguration = endpoint({
  id: 'updateConfiguration',
  method: 'patch',
  path: '/api/models/:id/configuration',
  summary:
    'Changes how a model is loaded and asked, from its next load on; keys in "open" are left open again',
  scope: 'admin',
  request: z.object({
    profile: z.string().nullable().optional().meta({ description: 'null: none of its own' }),
    values: modelValues.prefault({}),
    open: z.array(modelValues.keyof()).default([]),
  }),
  response: z.object({ ...configuration.shape, changes: z.array(change) }),
})

export const pinModel = endpoint({
  id: 'pinModel',
  method: 'post',
  path: '/api/models/:id/pin',
  summary: 'Keeps a model in memory once it is loaded, or lets it go again',
  scope: 'admin',
  request: z.object({ pinned: z.boolean().default(true) }),
  response: configuration,
})

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, 63 at most')

const profile = z.object({
  name: z.string(),
  builtIn: z.boolean().meta({ description: 'Comes with Impetus: can be copied, not changed' }),
  description: z.string(),
  values: profileValues,
  usedBy: z.array(z.string()).meta({ description: 'Models' }),
})
export type Profile = z.output<typeof profile>

export const listProfiles = endpoint({
  id: 'listProfiles',
  method: 'get',
  path: '/api/profiles',
  summary: 'The profiles: sets of values that fill what models leave open',
  scope: 'admin',
  response: z.object({
    profiles: z.array(profile),
    default: z.string().nullable().meta({ description: 'Holds for models that have none of their own' }),
  }),
})

export const createProfile = endpoint({
  id: 'createProfile',
  method: 'post',
  path: '/api/profiles',
  summary: 'Makes a profile, empty or as a copy of another',
  scope: 'admin',
  request: z.object({
    name,
    description: z.string().max(500).optional(),
    copyOf: z.string().optional(),
    values: profileValues.optional().meta({ description: 'Over the copied ones' }),
  }),
  response: profile,
})

export const updateProfile = endpoint({
  id: 'updateProfile',
  method: 'put',
  path: '/api/profiles/:name',
  summary: 'Replaces the values of a profile of one’s own',
  scope: 'admin',
  request: z.object({ description: z.string().max(500).optional(), values: profileValues }),
  response: profile,
})

export const deleteProfile = endpoint({
  id: 'deleteProfile',
  method: 'delete',
  path: '/api/profiles/:name',
  summary: 'Deletes a profile of one’s own that no model uses',
  scope: 'admin',
  response: z.object({ deleted: z.string() }),
})

export const previewProfile = endpoint({
  id: 'previewProfile',
  method: 'get',
  path: '/api/profiles/:name/changes',
  summary: 'What a profile would change for a model',
  scope: 'admin',
  query: z.object({ model: z.string().optional().meta({ description: 'Absent: the default model' }) }),
  response: z.object({ model: z.string(), profile: z.string(), changes: z.array(change) }),
})
