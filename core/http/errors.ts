import { ImpetusError } from '../contract/errors.ts'

/** OpenAI's error body, which every answer wears unless its dialect has another one. */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

/** How a dialect dresses an error. */
export interface Envelope {
  readonly body: (error: ImpetusError) => object
  /** Where the dialect has a status of its own for it. */
  readonly status?: (error: ImpetusError) => number
}

/** The dialects' own envelopes, for a path and what is below it; the first that fits is used. */
export type EnvelopeRules = readonly { readonly path: string; readonly envelope: Envelope }[]

/** OpenAI's envelope. */
export function errorBody(error: ImpetusError): ErrorBody {
  return { error: { message: error.message, type: error.type, param: error.param ?? null, code: error.code } }
}

const openAi: Envelope = { body: errorBody }

/** The envelope of the dialect that a path belongs to. */
export function envelopeFor(path: string, rules: EnvelopeRules): Envelope {
  const rule = rules.find(one => path === one.path || path.startsWith(`${one.path}/`))
  return rule?.envelope ?? openAi
}

/**
 * Any thrown value as an `ImpetusError`. What is not one is a defect: its text stays out of the answer (it may hold
 * a path or a prompt) and in the log.
 */
export function toImpetusError(thrown: unknown): ImpetusError {
  if (thrown instanceof ImpetusError) return thrown
  return new ImpetusError(
    'internal_error',
    'Something went wrong inside Impetus. The log (impetus logs) has the details under this request id.',
    { cause: thrown },
  )
}

/** Status, headers and body of an error, for whoever writes it: Hono, the guard, or the parser's last resort. */
export function errorAnswer(
  error: ImpetusError,
  envelope: Envelope = openAi,
): { status: number; headers: Record<string, string>; body: string } {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (error.retryAfter !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfter)))
  if (error.status === 401) headers['www-authenticate'] = 'Bearer realm="Impetus"'
  const status = envelope.status?.(error) ?? error.status
  return { status, headers, body: JSON.stringify(envelope.body(error)) }
}

/** The same as a `Response`. */
export function errorResponse(error: ImpetusError, envelope?: Envelope): Response {
  const { status, headers, body } = errorAnswer(error, envelope)
  return new Response(body, { status, headers })
}
