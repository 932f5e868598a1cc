import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** `verifying`: every byte is there and its SHA-256 is being computed. `done`, `failed` and `cancelled` are ends. */
export const downloadState = z.enum([
  'queued',
  'running',
  'paused',
  'verifying',
  'done',
  'failed',
  'cancelled',
])
export type DownloadState = z.output<typeof downloadState>

const downloadFile = z.object({
  name: z.string().meta({ description: 'Its name in the models folder' }),
  bytes: z.int(),
  done: z.int().meta({ description: 'Bytes that are on disk' }),
  sha256: z
    .string()
    .nullable()
    .meta({ description: 'As the hub promises it, or as computed once it is there' }),
  verified: z.boolean(),
})

export const download = z
  .object({
    id: z.string(),
    reference: z.string().meta({ description: 'What was asked for; a URL without its query' }),
    name: z.string().meta({ description: 'The file, or the first part of a split one' }),
    state: downloadState,
    repo: z.string().nullable().meta({ description: 'owner/name on the hub; null for a plain URL' }),
    revision: z.string().nullable().meta({ description: 'The commit that is fetched' }),
    quantization: z.string().nullable(),
    files: z.array(downloadFile),
    bytes: z.int(),
    done: z.int(),
    bytesPerSecond: z.number().nullable().meta({ description: 'Over the last seconds, while running' }),
    secondsLeft: z.number().nullable(),
    retryAt: z
      .int()
      .nullable()
      .meta({ description: 'When the next attempt is made, while one is waited for' }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.int().meta({ description: 'Milliseconds since 1970' }),
    finishedAt: z.int().nullable(),
  })
  .meta({ id: 'Download' })
export type Download = z.output<typeof download>

export const startDownload = endpoint({
  id: 'startDownload',
  method: 'post',
  path: '/api/downloads',
  summary: 'Fetches a model; answers with the job that already fetches it where there is one',
  scope: 'admin',
  request: z.object({
    reference: z
      .string()
      .min(1)
      .max(2048)
      .meta({
        description: 'hf:owner/name:Q4_K_M, hf:owner/name/file.gguf, or an https URL of a .gguf file',
        examples: ['hf:owner/name:Q4_K_M'],
      }),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')
      .optional()
      .meta({ description: 'For a plain URL: what the file must hash to. The hub tells it by itself.' }),
  }),
  response: download,
})

export const listDownloads = endpoint({
  id: 'listDownloads',
  method: 'get',
  path: '/api/downloads',
  summary: 'Every download, the newest first',
  scope: 'inference',
  response: z.object({ downloads: z.array(download) }),
})

export const getDownload = endpoint({
  id: 'getDownload',
  method: 'get',
  path: '/api/downloads/:id',
  summary: 'One download',
  scope: 'inference',
  response: download,
})

export const pauseDownload = endpoint({
  id: 'pauseDownload',
  method: 'post',
  path: '/api/downloads/:id/pause',
  summary: 'Stops fetching and keeps what is there',
  scope: 'admin',
  response: download,
})

export const resumeDownload = endpoint({
  id: 'resumeDownload',
  method: 'post',
  path: '/api/downloads/:id/resume',
  summary: 'Goes on where a paused download stopped',
  scope: 'admin',
  response: download,
})

export const cancelDownload = endpoint({
  id: 'cancelDownload',
  method: 'post',
  path: '/api/downloads/:id/cancel',
  summary: 'Stops fetching and deletes what is there',
  scope: 'admin',
  response: download,
})

export const retryDownload = endpoint({
  id: 'retryDownload',
  method: 'post',
  path: '/api/downloads/:id/retry',
  summary: 'Tries a failed or cancelled download again, from what is there',
  scope: 'admin',
  response: download,
})

export const removeDownload = endpoint({
  id: 'removeDownload',
  method: 'delete',
  path: '/api/downloads/:id',
  summary: 'Takes a download off the list, cancelling it if it runs; a finished model stays',
  scope: 'admin',
  response: z.object({ removed: z.string() }),
})
