import { Hono } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import type { Settings } from '../contract/settings.ts'
import type { Log } from '../platform/log.ts'
import { type Env, incomingOf, outgoingOf, type Principal, type Transport } from './env.ts'
import { type EnvelopeRules, envelopeFor, errorResponse, toImpetusError } from './errors.ts'
import { bodyLimits } from './limits.ts'
import type { LiveRequests } from './live.ts'
import { allowedMethods } from './methods.ts'
import { newRequestId } from './request-id.ts'

/** What tells who asks. */
export interface Credentials {
  readonly method: string
  readonly header: (name: string) => string | undefined
  readonly transport: Transport
  /** The client's address; empty where there is none. */
  readonly remote: string
}

export interface FrameParts {
  readonly log: Log
  readonly settings: () => Settings['server']
  readonly live: LiveRequests
  /** Who asks. Never throws: a credential that does not count is the principal's `refusal`. */
  readonly identify: (credentials: Credentials) => Principal
  readonly envelopes?: EnvelopeRules
  /** Lets a request to the models in, until what it returns is disposed. @throws `rate_limited` */
  readonly admit?: (principal: Principal, remote: string) => Disposable
}

/**
 * The empty app that every room mounts its routes on: request id, principal and signal before a handler, and the one
 * place where a thrown error becomes an answer.
 *
 * Rooms must not set headers after a handler has answered: a stream's headers are out by then.
 */
export function createFrame(parts: FrameParts): Hono<Env> {
  const rules = parts.envelopes ?? []
  const app = new Hono<Env>()

  app.use(async (context, next) => {
    const outgoing = outgoingOf(context)
    const requestId = (outgoing?.getHeader('x-request-id') as string | undefined) ?? newRequestId()
    if (outgoing === undefined) context.header('x-request-id', requestId)
    const transport = (context.env as Env['Bindings'] | undefined)?.transport ?? 'tcp'
    const remote = incomingOf(context)?.socket.remoteAddress ?? ''
    const principal = parts.identify({
      method: context.req.method,
      header: name => context.req.header(name),
      transport,
      remote,
    })
    const { limits } = parts.settings()
    const { request, leave: left } = parts.live.enter(requestId, context.req.path, principal)
    const admitted = new DisposableStack()
    const leave = () => {
      admitted.dispose()
      left()
    }
    context.set('requestId', requestId)
    context.set('log', parts.log.child({ requestId }))
    context.set('transport', transport)
    context.set('principal', principal)
    context.set('signal', request.signal)
    context.set('admit', () => {
      if (parts.admit !== undefined && !admitted.disposed) admitted.use(parts.admit(principal, remote))
    })
    context.set('bodyLimits', bodyLimits(limits))
    context.set('stallMilliseconds', limits.stalledReaderSeconds * 1000)
    const gone = () => request.abort(new ImpetusError('client_closed', 'The client closed the connection.'))
    if (outgoing) {
      const started = performance.now()
      outgoing.once('close', () => {
        if (!outgoing.writableFinished) gone()
        leave()
        parts.log.debug('request', {
          requestId,
          method: context.req.method,
          // Without the query: people put keys there.
          path: context.req.path,
          status: outgoing.statusCode,
          milliseconds: Math.round(performance.now() - started),
          client: principal.name,
        })
      })
      return next()
    }
    context.req.raw.signal.addEventListener('abort', gone, { once: true })
    await next()
    leave()
  })

  app.notFound(context => {
    const { method, path } = context.req
    const envelope = envelopeFor(path, rules)
    const allowed = allowedMethods(app, path)
    if (allowed.length === 0) {
      const message = `There is no ${method} ${path.slice(0, 200)} here. See /api/openapi.json for every route.`
      return errorResponse(new ImpetusError('not_found', message), envelope)
    }
    const allow = allowed.join(', ')
    const message = `This path takes ${allow}, not ${method}.`
    const response = errorResponse(new ImpetusError('method_not_allowed', message), envelope)
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
