import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { grantedScopes } from './keys.ts'

const time = z.int().meta({ description: 'Milliseconds since 1970' })

/** A page's session sends its `csrfToken` in this header with everything that changes something. */
export const csrfHeader = 'x-impetus-csrf'

export const signIn = endpoint({
  id: 'signIn',
  method: 'post',
  path: '/api/sign-in',
  summary: 'Exchanges a one-time code for a session cookie',
  scope: 'public',
  request: z.object({ code: z.string().min(1).max(200) }),
  response: z.object({ csrfToken: z.string(), expiresAt: time }),
})

export const createSignInCode = endpoint({
  id: 'createSignInCode',
  method: 'post',
  path: '/api/sign-in/codes',
  summary: 'Makes a one-time code for a browser on this machine, good for 60 seconds',
  scope: 'admin',
  response: z.object({
    code: z.string(),
    url: z.string().meta({ description: 'The page to open, with the code in its fragment' }),
    expiresAt: time,
  }),
})

export const whoAmI = endpoint({
  id: 'whoAmI',
  method: 'get',
  path: '/api/session',
  summary: 'Who this caller is and what it may do',
  scope: 'public',
  response: z.object({
    kind: z.enum(['anonymous', 'key', 'session', 'socket']),
    name: z.string().nullable(),
    scopes: z.array(z.enum(grantedScopes)),
    csrfToken: z
      .string()
      .nullable()
      .meta({ description: 'For the header x-impetus-csrf; only in a session' }),
  }),
})

export const sessionInfo = z
  .object({
    id: z.string(),
    client: z.string().meta({ description: 'The browser as it named itself' }),
    createdAt: time,
    lastUsedAt: time.meta({ description: 'To the minute' }),
    expiresAt: time,
    isThisOne: z.boolean(),
  })
  .meta({ id: 'Session' })
export type SessionInfo = z.output<typeof sessionInfo>

export const listSessions = endpoint({
  id: 'listSessions',
  method: 'get',
  path: '/api/sessions',
  summary: 'The browsers that are signed in',
  scope: 'admin',
  response: z.object({ sessions: z.array(sessionInfo) }),
})

export const revokeSession = endpoint({
  id: 'revokeSession',
  method: 'delete',
  path: '/api/sessions/:id',
  summary: 'Signs a browser out; the id "current" means this one',
  scope: 'admin',
  response: z.object({ id: z.string() }),
})
