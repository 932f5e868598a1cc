import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const parameters = z.int().nullable().meta({ description: 'How many weights the model has' })
const gated = z
  .boolean()
  .meta({ description: 'Its licence must be accepted on the hub, and a token is needed to fetch it' })

const hubModelSummary = z
  .object({
    id: z.string().meta({ description: 'owner/name' }),
    downloads: z.int().meta({ description: 'In the last 30 days' }),
    likes: z.int(),
    updatedAt: z.int().nullable().meta({ description: 'Milliseconds since 1970' }),
    gated,
    tags: z.array(z.string()),
    architecture: z.string().nullable(),
    parameters,
    contextLength: z.int().nullable(),
  })
  .meta({ id: 'HubModelSummary' })
export type HubModelSummary = z.output<typeof hubModelSummary>

const hubFile = z.object({
  name: z
    .string()
    .meta({ description: 'The file, or the first part of a split one, with its folder on the hub' }),
  reference: z.string().meta({ description: 'What startDownload takes to fetch it' }),
  bytes: z.int().meta({ description: 'All parts together' }),
  parts: z.int(),
  quantization: z.string().nullable().meta({ description: 'As the name says it' }),
  projector: z.boolean().meta({ description: 'A companion for pictures, not a model of its own' }),
  sha256: z.string().nullable().meta({ description: 'Of the only part; null for split files' }),
  fit: z
    .enum(['fits', 'tight', 'too-large'])
    .meta({ description: 'Whether it has room in this machine’s memory, with some context' }),
  speed: z.object({ tokensPerSecond: z.number(), measured: z.boolean() }).meta({
    description:
      'What to expect: bandwidth of the memory by the size; by what models in use have shown, where `measured`',
  }),
  recommended: z.boolean().meta({ description: 'The one to take on this machine' }),
})
export type HubFile = z.output<typeof hubFile>

const hubModel = hubModelSummary
  .extend({
    revision: z.string().meta({ description: 'The newest commit' }),
    license: z.string().nullable(),
    baseModels: z.array(z.string()),
    files: z.array(hubFile).meta({ description: 'GGUF files, smallest first' }),
    refusedFiles: z
      .int()
      .meta({ description: 'GGUF files left out, because their names are unsafe or parts are missing' }),
  })
  .meta({ id: 'HubModel' })
export type HubModel = z.output<typeof hubModel>

const billions = z.coerce.number().min(0).max(100_000).optional()

export const searchHub = endpoint({
  id: 'searchHub',
  method: 'get',
  path: '/api/hub/models',
  summary: 'Searches the hub for models',
  scope: 'admin',
  query: z.object({
    text: z.string().max(200).optional().meta({ description: 'Words of the name' }),
    author: z.string().max(100).optional(),
    tag: z
      .string()
      .max(500)
      .optional()
      .meta({ description: 'Tags that must all be there, with commas between: en,license:mit' }),
    format: z
      .enum(['gguf', 'safetensors', 'mlx', 'any'])
      .default('gguf')
      .meta({ description: 'Only GGUF files are fetched and run; the others are for looking' }),
    minBillions: billions.meta({ description: 'Weights at least, in thousand millions' }),
    maxBillions: billions.meta({ description: 'Weights at most, in thousand millions' }),
    sort: z.enum(['trending', 'downloads', 'likes', 'updated']).default('trending'),
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(2000).optional().meta({ description: '`next` of the page before' }),
  }),
  response: z.object({ models: z.array(hubModelSummary), next: z.string().nullable() }),
})

export const getHubModel = endpoint({
  id: 'getHubModel',
  method: 'get',
  path: '/api/hub/models/:owner/:name',
  summary: 'What the hub says of one model, with its GGUF files',
  scope: 'admin',
  response: hubModel,
})

const startingPoint = z.object({
  id: z.enum(['trending', 'chat', 'code', 'reasoning', 'small', 'embedding', 'reranking']),
  query: z
    .object({
      text: z.string().optional(),
      sort: z.enum(['trending', 'downloads', 'likes', 'updated']),
      maxBillions: z.number(),
    })
    .meta({ description: 'For searchHub' }),
})
export type StartingPoint = z.output<typeof startingPoint>

export const listStartingPoints = endpoint({
  id: 'listStartingPoints',
  method: 'get',
  path: '/api/hub/starting-points',
  summary: 'Searches to begin with, cut to what this machine can hold',
  scope: 'admin',
  response: z.object({ startingPoints: z.array(startingPoint) }),
})

const hubState = z.object({
  address: z.string().meta({ description: 'HF_ENDPOINT, or the hub itself' }),
  token: z
    .enum(['none', 'stored', 'environment'])
    .meta({ description: 'Where the access token comes from. The token itself is never told.' }),
})
export type HubState = z.output<typeof hubState>

export const getHub = endpoint({
  id: 'getHub',
  method: 'get',
  path: '/api/hub',
  summary: 'Which hub is asked, and whether there is a token for it',
  scope: 'admin',
  response: hubState,
})

export const setHubToken = endpoint({
  id: 'setHubToken',
  method: 'put',
  path: '/api/hub/token',
  summary: 'Keeps an access token for gated models, readable only by this user',
  scope: 'admin',
  request: z.object({
    token: z
      .string()
      .regex(/^[\x21-\x7e]{8,512}$/, 'must be 8 to 512 printable characters without spaces')
      .meta({ description: 'From the settings page of your account on the hub; reading rights are enough' }),
  }),
  response: hubState,
})

export const removeHubToken = endpoint({
  id: 'removeHubToken',
  method: 'delete',
  path: '/api/hub/token',
  summary: 'Forgets the access token',
  scope: 'admin',
  response: hubState,
})
