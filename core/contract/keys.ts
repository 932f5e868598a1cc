import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const time = z.int().meta({ description: 'Milliseconds since 1970' })

/** What a key or a session may do beyond the public operations. */
export const grantedScopes = ['inference', 'admin'] as const

/** `imp_` and 32 random bytes. */
export const keyPattern = /^imp_[A-Za-z0-9_-]{43}$/

export const keyInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    preview: z.string().meta({ description: 'The first characters, to recognise it by' }),
    scopes: z.array(z.enum(grantedScopes)),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable().meta({ description: 'To the minute' }),
  })
  .meta({ id: 'Key' })
export type KeyInfo = z.output<typeof keyInfo>

export const listKeys = endpoint({
  id: 'listKeys',
  method: 'get',
  path: '/api/keys',
  summary: 'The keys that are valid or expired, the newest first',
  scope: 'admin',
  response: z.object({ keys: z.array(keyInfo) }),
})

export const createKey = endpoint({
  id: 'createKey',
  method: 'post',
  path: '/api/keys',
  summary: 'Makes a key; this answer is the only one that shows it',
  scope: 'admin',
  request: z.object({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(grantedScopes)).min(1).max(grantedScopes.length).default(['inference']),
    expiresInDays: z.number().positive().max(36_500).nullable().default(null),
  }),
  response: z.object({ key: z.string(), info: keyInfo }),
})

export const revokeKey = endpoint({
  id: 'revokeKey',
  method: 'delete',
  path: '/api/keys/:id',
  summary: 'Ends a key for good, and the answers that it is being used for',
  scope: 'admin',
  response: z.object({ id: z.string(), requestsEnded: z.int() }),
})
