import type { Context, Hono } from 'hono'
import type { Operation, ParsedRequestOf, QueryOf, ResponseOf, Scope } from '../contract/endpoint.ts'
import { ImpetusError } from '../contract/errors.ts'
import { readJson } from './body.ts'
import type { Env, Principal } from './env.ts'
import { OperationRegistry } from './registry.ts'
import { issuesToError } from './zod-error.ts'

export interface Input<O extends Operation> {
  readonly body: ParsedRequestOf<O>
  readonly query: QueryOf<O>
  readonly params: Readonly<Record<string, string>>
  readonly context: Context<Env>
  /** Aborts when the client goes away, its key is revoked or the core ends. */
  readonly signal: AbortSignal
}

/**
 * Mounts an operation with its aliases. The handler is only called with a caller who has the scope and with a body
 * and query that fit the contract; it answers with the contract's response, or with a `Response` of its own for a
 * stream.
 *
 * @example
 * serve(app, getStatus, () => ({ version, uptimeSeconds }))
 */
export function serve<const O extends Operation>(
  app: Hono<Env>,
  operation: O,
  handler: (input: Input<O>) => ResponseOf<O> | Response | Promise<ResponseOf<O> | Response>,
): void {
  OperationRegistry.of(app).add(operation)
  const answer = async (context: Context<Env>): Promise<Response> => {
    checkScope(context.get('principal'), operation.scope)
    if (isWork(operation)) context.get('admit')()
    const body = operation.request
      ? parse(operation.request, await readJson(context, context.get('bodyLimits')))
      : undefined
    const query = operation.query ? parse(operation.query, context.req.query()) : undefined
    const result = await handler({
      body: body as ParsedRequestOf<O>,
      query: query as QueryOf<O>,
      params: context.req.param() as Record<string, string>,
      context,
      signal: context.get('signal'),
    })
    return result instanceof Response ? result : context.json(result as object)
  }
  for (const path of [operation.path, ...(operation.aliases ?? [])]) {
    app.on(operation.method.toUpperCase(), path, answer)
  }
}

/** What makes the engine work, and not only looks or stops something: that must always be possible. */
function isWork({ scope, method, request }: Operation): boolean {
  return scope === 'inference' && method === 'post' && request !== undefined
}

function parse(schema: NonNullable<Operation['request']>, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw issuesToError(parsed.error)
  return parsed.data
}

/** Throws unless the caller has the scope. Without any credential the answer is 401, with too weak a one 403. */
export function checkScope(principal: Principal, scope: Scope): void {
  if (scope === 'public') return
  if (principal.refusal) throw principal.refusal
  if (principal.scopes.has(scope)) return
  if (principal.kind === 'anonymous') {
    throw new ImpetusError(
      'invalid_api_key',
      scope === 'admin'
        ? 'This needs admin rights: use the dashboard, the impetus command, or a key with the admin scope.'
        : 'A key is required. Send it as "Authorization: Bearer imp_…"; make one with "impetus keys create".',
    )
  }
  throw new ImpetusError(
    'insufficient_scope',
    `This key has no ${scope} scope. Use a key with the ${scope} scope, or the dashboard.`,
  )
}
