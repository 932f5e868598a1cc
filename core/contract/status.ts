import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { modelState } from './residency.ts'

const address = z.object({
  url: z.string().meta({ description: 'Where clients call, without a path' }),
  port: z.int(),
  /** The port asked for, when it was taken. */
  wantedPort: z.int().nullable(),
  tls: z.boolean(),
  socket: z.string().meta({ description: 'Path of the Unix socket' }),
})

/** What `endpoint.json` in the home says while a core runs; it is removed when the core ends. */
export const endpointFile = z.object({
  pid: z.int(),
  version: z.string(),
  startedAt: z.int(),
  ...address.shape,
})
export type EndpointFile = z.output<typeof endpointFile>

const status = z.object({
  version: z.string(),
  pid: z.int(),
  state: z.enum(['starting', 'running', 'draining', 'stopped']),
  startedAt: z.int().meta({ description: 'Milliseconds since 1970' }),
  uptimeSeconds: z.number(),
  home: z.string().nullable().meta({ description: 'Only told to callers with the admin scope' }),
  address: address.extend({ socket: address.shape.socket.nullable() }),
  engine: z.object({
    name: z.string(),
    available: z.boolean(),
    reason: z.string().nullable().meta({ description: 'Why it is not available, with the fix' }),
  }),
  models: z.object({
    installed: z.int(),
    default: z.string().nullable(),
    states: z.array(modelState),
  }),
  requests: z.object({ active: z.int() }),
  memory: z.object({
    coreBytes: z.int().meta({ description: 'Resident memory of the core, without its runners' }),
    totalBytes: z.int(),
    freeBytes: z.int(),
  }),
})
export type Status = z.output<typeof status>

export const getStatus = endpoint({
  id: 'getStatus',
  method: 'get',
  path: '/api/status',
  summary: 'What runs, where, and how it is',
  scope: 'inference',
  response: status,
})

export const getHealth = endpoint({
  id: 'getHealth',
  method: 'get',
  path: '/health',
  aliases: ['/v1/health'],
  summary: 'Whether the core answers',
  scope: 'public',
  response: z.object({ status: z.literal('ok') }),
})

export const getReady = endpoint({
  id: 'getReady',
  method: 'get',
  path: '/ready',
  summary: 'Whether the core takes requests; 503 while it starts or drains',
  scope: 'public',
  response: z.object({ status: z.literal('ready') }),
})

export const stopCore = endpoint({
  id: 'stopCore',
  method: 'post',
  path: '/api/stop',
  summary: 'Ends the core; running answers have until the grace period to finish',
  scope: 'admin',
  request: z.object({
    now: z.boolean().default(false).meta({ description: 'Without waiting for running answers' }),
  }),
  response: z.object({ stopping: z.literal(true), pid: z.int() }),
})
