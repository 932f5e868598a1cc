import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const copy = z.object({
  model: z.string(),
  origin: z.string(),
  own: z.boolean(),
  path: z.string(),
})

const duplicate = z
  .object({
    sha256: z.string(),
    bytes: z.int().meta({ description: 'Of one copy' }),
    wasted: z.int().meta({ description: 'What the further copies take on the disk' }),
    copies: z.array(copy),
    advice: z.enum(['link', 'delete', 'other-programs']).meta({
      description:
        'link: Impetus can make its own copy share the disk’s blocks with the other one; delete: two copies are its own; other-programs: only their programs should change them',
    }),
  })
  .meta({ id: 'Duplicate' })
export type Duplicate = z.output<typeof duplicate>

export const listDuplicates = endpoint({
  id: 'listDuplicates',
  method: 'get',
  path: '/api/library/duplicates',
  summary: 'Models that are there more than once by content, with what that costs',
  scope: 'admin',
  response: z.object({
    duplicates: z.array(duplicate),
    unhashed: z.int().meta({ description: 'Files whose content is not known yet' }),
  }),
})

export const dedupe = endpoint({
  id: 'dedupe',
  method: 'post',
  path: '/api/library/duplicates/link',
  summary:
    'Makes Impetus’s own copies share their bytes with the others, after comparing them; others stay as they are',
  scope: 'admin',
  request: z.object({
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({ description: 'Only this content; absent: all' }),
  }),
  response: z.object({
    linked: z.array(z.object({ model: z.string(), bytes: z.int() })),
    failed: z.array(z.object({ model: z.string(), message: z.string() })),
  }),
})

export const exportModel = endpoint({
  id: 'exportModel',
  method: 'post',
  path: '/api/library/models/:id/export',
  summary:
    'Writes a Modelfile for Ollama, or puts a model where LM Studio finds it, without copying its bytes',
  scope: 'admin',
  request: z.object({
    as: z.enum(['modelfile', 'lmstudio']),
  }),
  response: z.object({
    text: z.string().nullable().meta({ description: 'The Modelfile' }),
    paths: z.array(z.string()).meta({ description: 'What was made' }),
  }),
})

export const revealModel = endpoint({
  id: 'revealModel',
  method: 'post',
  path: '/api/library/models/:id/reveal',
  summary: 'Shows a model’s file in the file manager of this machine',
  scope: 'admin',
  request: z.object({}),
  response: z.object({ path: z.string() }),
})

export const importFile = endpoint({
  id: 'importFile',
  method: 'post',
  path: '/api/library/imports',
  summary: 'Takes in a model that is on this machine: moved, copied, or used where it is',
  scope: 'admin',
  request: z.object({
    path: z
      .string()
      .min(1)
      .max(4096)
      .meta({ description: 'Whole path of a .gguf file, or of its first part' }),
    mode: z.enum(['move', 'copy', 'link']).default('copy'),
    name: z.string().min(1).max(200).optional().meta({ description: 'Another name for the file' }),
  }),
  response: z.object({ model: z.string(), files: z.array(z.string()), bytes: z.int() }),
})

const upload = z
  .object({
    id: z.string(),
    name: z.string(),
    bytes: z.int(),
    received: z.int().meta({ description: 'Go on from here' }),
    chunkBytes: z.int().meta({ description: 'The most that one piece may have' }),
    createdAt: z.int(),
  })
  .meta({ id: 'Upload' })
export type Upload = z.output<typeof upload>

export const startUpload = endpoint({
  id: 'startUpload',
  method: 'post',
  path: '/api/library/uploads',
  summary: 'Begins to send a model file in pieces, or finds the one that was begun for the same file',
  scope: 'admin',
  request: z.object({
    name: z.string().min(1).max(300),
    bytes: z.int().min(1),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
      .optional()
      .meta({ description: 'What the whole must hash to' }),
  }),
  response: upload,
})

export const listUploads = endpoint({
  id: 'listUploads',
  method: 'get',
  path: '/api/library/uploads',
  summary: 'Uploads that are not finished',
  scope: 'admin',
  response: z.object({ uploads: z.array(upload) }),
})

export const sendUpload = endpoint({
  id: 'sendUpload',
  method: 'put',
  path: '/api/library/uploads/:id/bytes',
  summary: 'Sends the next piece, as application/octet-stream',
  scope: 'admin',
  query: z.object({
    offset: z.coerce.number().int().min(0).meta({ description: 'Must be `received`' }),
  }),
  response: upload,
})

/** The one route whose bodies are bytes and not JSON: the guard lets that content type in for it alone. */
export const uploadPath = /^\/api\/library\/uploads\/[A-Za-z0-9_-]{1,64}\/bytes(?:\?|$)/

export const finishUpload = endpoint({
  id: 'finishUpload',
  method: 'post',
  path: '/api/library/uploads/:id/finish',
  summary: 'Checks what was sent and takes it into the library',
  scope: 'admin',
  request: z.object({}),
  response: z.object({ model: z.string(), files: z.array(z.string()), bytes: z.int() }),
})

export const cancelUpload = endpoint({
  id: 'cancelUpload',
  method: 'delete',
  path: '/api/library/uploads/:id',
  summary: 'Deletes what was sent',
  scope: 'admin',
  response: z.object({ removed: z.string() }),
})
