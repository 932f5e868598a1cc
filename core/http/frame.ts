import { randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import type { Log } from '../platform/log.ts'
import { type Env, outgoingOf, type Principal, type Transport } from './env.ts'
import { type EnvelopeRules, envelopeFor, errorResponse, toImpetusError } from './errors.ts'
import { allowedMethods } from './methods.ts'

export interface FrameParts {
  readonly log: Log
  /** Who asks. Throws `invalid_api_key` for a key that is wrong where keys matter. */
  readonly identify: (headers: Headers, transport: Transport) => Principal
  readonly envelopes?: EnvelopeRules
}

/**
 * The empty app that every room mounts its routes on: request id, principal and signal before a handler, and the one
 * place where a thrown error becomes an answer.
 */
export function createFrame(parts: FrameParts): Hono<Env> {
  const rules = parts.envelopes ?? []
  const app = new Hono<Env>()

  app.use(async (context, next) => {
    const outgoing = outgoingOf(context)
    const requestId = (outgoing?.getHeader('x-request-id') as string | undefined) ?? newRequestId()
    if (outgoing === undefined) context.header('x-request-id', requestId)
    const transport = context.env?.transport ?? 'tcp'
    context.set('requestId', requestId)
    context.set('log', parts.log.child({ request: requestId }))
    context.set('transport', transport)
    context.set('signal', clientSignal(context.req.raw.signal))
    context.set('principal', parts.identify(context.req.raw.headers, transport))
    await next()
  })

  app.notFound(context => {
    const envelope = envelopeFor(context.req.path, rules)
    const allowed = allowedMethods(app, context.req.path)
    if (allowed.length === 0) {
      return errorResponse(
        new ImpetusError('not_found', `There is no ${context.req.method} ${context.req.path} here.`),
        envelope,
      )
    }
    const allow = allowed.join(', ')
    const response = errorResponse(
      new ImpetusError(
        'method_not_allowed',
        `${context.req.path} takes ${allow}, not ${context.req.method}.`,
      ),
      envelope,
    )
    response.headers.set('allow', allow)
    return response
  })

  app.onError((thrown, context) => {
    const error = toImpetusError(thrown)
    if (error.code === 'internal_error') context.get('log')?.error('a request failed', thrown)
    return errorResponse(error, envelopeFor(context.req.path, rules))
  })

  return app
}

/** A fresh request id. */
export function newRequestId(): string {
  return `req_${randomBytes(12).toString('hex')}`
}

/** The request's own signal, with a reason that every room can read. */
function clientSignal(raw: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort(new ImpetusError('client_closed', 'The client closed the connection.'))
  if (raw.aborted) abort()
  else raw.addEventListener('abort', abort, { once: true })
  return controller.signal
}
