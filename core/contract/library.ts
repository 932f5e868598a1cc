import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const origin = z
  .enum([
    'built-in',
    'impetus',
    'models',
    'configured',
    'linked',
    'gerdsen',
    'lmstudio',
    'llama.cpp',
    'jan',
    'huggingface',
    'ollama',
    'remote',
  ])
  .meta({
    description:
      'Where it is: came with Impetus, in its own folder, in ~/Models, in a configured folder, used where it is, in the folder of another program, on another server',
  })
export type WireOrigin = z.output<typeof origin>

const facts = z.object({
  name: z.string().nullable(),
  architecture: z.string(),
  parameters: z.int(),
  quantization: z.string().meta({ description: 'The commonest type of its tensors' }),
  contextLength: z.int().meta({ description: 'Tokens it was trained for' }),
  vocabularySize: z.int(),
  kind: z.enum(['text', 'embedding', 'reranking', 'other']),
  license: z.string().nullable(),
  tensors: z.int(),
  hasChatTemplate: z.boolean(),
  templateError: z.string().nullable(),
  supportsTools: z.boolean(),
  supportsInfill: z.boolean(),
})

const verification = z.object({
  state: z.enum(['waiting', 'running', 'matches', 'differs', 'computed', 'failed']).meta({
    description:
      'computed: there is nothing to compare it with; differs: the file is damaged or was changed; failed: it could not be read',
  }),
  done: z.int().meta({ description: 'Bytes read so far' }),
  bytes: z.int(),
  comparedWith: z.string().nullable().meta({
    description: 'Whose word the SHA-256 was compared with: hub, huggingface, ollama, import, earlier',
  }),
  reason: z.string().nullable(),
  finishedAt: z.int().nullable(),
})
export type Verification = z.output<typeof verification>

const libraryModel = z
  .object({
    id: z.string(),
    aliases: z.array(z.string()),
    ownAliases: z.array(z.string()).meta({ description: 'Those of them that people gave' }),
    format: z
      .string()
      .meta({ description: 'gguf; of models that do not run as they are what they look like, or unknown' }),
    state: z.enum(['ready', 'incomplete', 'invalid', 'unread', 'foreign']).meta({
      description: 'unread: nobody has looked into the file yet; foreign: a format that is not run as it is',
    }),
    reason: z.string().nullable(),
    origin,
    source: z.string().nullable().meta({ description: 'Repository, publisher or name in its own program' }),
    own: z.boolean().meta({ description: 'Its files are Impetus’s own: deleting it needs no further word' }),
    bytes: z.int(),
    parts: z.int(),
    modifiedAt: z.int().meta({ description: 'Milliseconds since 1970' }),
    description: z.string().nullable(),
    facts: facts.nullable(),
    sha256: z.string().nullable().meta({ description: 'Of a model in one file, once computed' }),
    verification: verification.nullable(),
    note: z.string().nullable(),
    tags: z.array(z.string()),
    collections: z.array(z.string()),
    memory: z.object({
      state: z.enum(['loaded', 'loading', 'unloading', 'unloaded', 'quarantined']),
      requests: z.int(),
    }),
    tokensPerSecond: z.number().nullable().meta({ description: 'As measured in use here' }),
  })
  .meta({ id: 'LibraryModel' })
export type LibraryModel = z.output<typeof libraryModel>

const collection = z.object({
  name: z.string(),
  description: z.string(),
  models: z.array(z.string()),
})

export const listLibrary = endpoint({
  id: 'listLibrary',
  method: 'get',
  path: '/api/library',
  summary: 'Every model found, also those that do not run, with what people said of them',
  scope: 'admin',
  response: z.object({
    models: z.array(libraryModel),
    collections: z.array(collection),
    trash: z.object({ models: z.int(), bytes: z.int() }),
    hashing: z
      .object({ model: z.string(), done: z.int(), bytes: z.int() })
      .nullable()
      .meta({ description: 'The file whose SHA-256 is being computed in the background' }),
  }),
})

const detail = libraryModel.extend({
  files: z.array(z.object({ path: z.string(), sha256: z.string().nullable() })),
  chatTemplate: z.string().nullable(),
  ollama: z
    .object({
      names: z.array(z.string()),
      template: z.string().nullable(),
      system: z.string().nullable(),
      license: z.string().nullable(),
      contextLength: z.int().nullable(),
      stop: z.array(z.string()),
    })
    .nullable()
    .meta({ description: 'What Ollama’s manifest says beside the weights' }),
  conversion: z
    .object({
      possible: z.boolean(),
      reason: z.string().nullable(),
      notes: z.array(z.string()),
      bytes: z.record(z.string(), z.int()).meta({ description: 'Size of the result by type' }),
    })
    .nullable()
    .meta({ description: 'Of a model in another format: whether it can be made into one that runs' }),
})
export type LibraryDetail = z.output<typeof detail>

export const getLibraryModel = endpoint({
  id: 'getLibraryModel',
  method: 'get',
  path: '/api/library/models/:id',
  summary: 'One model in full, by id or alias',
  scope: 'admin',
  response: detail,
})

export const listTensors = endpoint({
  id: 'listTensors',
  method: 'get',
  path: '/api/library/models/:id/tensors',
  summary: 'The tensors of a model',
  scope: 'admin',
  response: z.object({
    tensors: z.array(
      z.object({ name: z.string(), type: z.string(), sizes: z.array(z.int()), bytes: z.int() }),
    ),
  }),
})

const tag = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^\p{Cc},]+$/u, 'must be a word without commas')

export const updateLibraryModel = endpoint({
  id: 'updateLibraryModel',
  method: 'patch',
  path: '/api/library/models/:id',
  summary: 'Changes what is noted of a model; what is absent stays',
  scope: 'admin',
  request: z.object({
    note: z.string().max(10_000).nullable().optional(),
    tags: z.array(tag).max(50).optional(),
  }),
  response: libraryModel,
})

const ids = z.array(z.string().min(1).max(300)).min(1).max(1000)

const outcomes = z.object({
  done: z.array(z.object({ model: z.string(), trash: z.string().nullable() })),
  failed: z.array(z.object({ model: z.string(), code: z.string(), message: z.string() })),
})
export type Outcomes = z.output<typeof outcomes>

export const tagModels = endpoint({
  id: 'tagModels',
  method: 'post',
  path: '/api/library/tags',
  summary: 'Adds tags to several models, and takes others away',
  scope: 'admin',
  request: z.object({
    models: ids,
    add: z.array(tag).max(50).default([]),
    remove: z.array(z.string().max(40)).max(50).default([]),
  }),
  response: outcomes,
})

export const deleteModels = endpoint({
  id: 'deleteModels',
  method: 'post',
  path: '/api/library/delete',
  summary: 'Moves models to the trash; those of other programs only with the explicit word',
  scope: 'admin',
  request: z.object({
    models: ids,
    others: z
      .boolean()
      .default(false)
      .meta({ description: 'The explicit word: files that are not Impetus’s own may go too' }),
    now: z.boolean().default(false).meta({ description: 'Frees the disk at once; there is no undo' }),
  }),
  response: outcomes,
})

const trashed = z.object({
  id: z.string(),
  model: z.string(),
  bytes: z.int(),
  deletedAt: z.int(),
  until: z.int().meta({ description: 'When it goes for good, in milliseconds since 1970' }),
})

export const listTrash = endpoint({
  id: 'listTrash',
  method: 'get',
  path: '/api/library/trash',
  summary: 'Deleted models that can be brought back',
  scope: 'admin',
  response: z.object({ trash: z.array(trashed) }),
})
export type Trashed = z.output<typeof trashed>

export const restoreModel = endpoint({
  id: 'restoreModel',
  method: 'post',
  path: '/api/library/trash/:id/restore',
  summary: 'Brings a deleted model back',
  scope: 'admin',
  request: z.object({}),
  response: z.object({ model: z.string() }),
})

export const emptyTrash = endpoint({
  id: 'emptyTrash',
  method: 'delete',
  path: '/api/library/trash',
  summary: 'Deletes everything in the trash for good',
  scope: 'admin',
  response: z.object({ models: z.int(), bytes: z.int() }),
})

export const addAlias = endpoint({
  id: 'addAlias',
  method: 'put',
  path: '/api/library/aliases',
  summary: 'Gives a model a further name',
  scope: 'admin',
  request: z.object({ alias: z.string().min(1).max(300), model: z.string().min(1).max(300) }),
  response: libraryModel,
})

export const removeAlias = endpoint({
  id: 'removeAlias',
  method: 'delete',
  path: '/api/library/aliases/:alias',
  summary: 'Takes a further name away; the model stays',
  scope: 'admin',
  response: z.object({ removed: z.string() }),
})

export const putCollection = endpoint({
  id: 'putCollection',
  method: 'put',
  path: '/api/library/collections/:name',
  summary: 'Makes a collection of models, or replaces what it holds',
  scope: 'admin',
  request: z.object({
    description: z.string().max(500).default(''),
    models: z.array(z.string().min(1).max(300)).max(1000),
  }),
  response: collection,
})

export const deleteCollection = endpoint({
  id: 'deleteCollection',
  method: 'delete',
  path: '/api/library/collections/:name',
  summary: 'Deletes a collection; its models stay',
  scope: 'admin',
  response: z.object({ deleted: z.string() }),
})

export const verifyModel = endpoint({
  id: 'verifyModel',
  method: 'post',
  path: '/api/library/models/:id/verify',
  summary:
    'Reads the whole model again and compares its SHA-256; answers at once, library.changed tells more',
  scope: 'admin',
  request: z.object({}),
  response: libraryModel,
})

export const rescanLibrary = endpoint({
  id: 'rescanLibrary',
  method: 'post',
  path: '/api/library/rescan',
  summary: 'Looks at the folders again',
  scope: 'admin',
  request: z.object({}),
  response: z.object({ models: z.int() }),
})
