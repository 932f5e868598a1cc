/**
 * Every error code Impetus can answer with: its HTTP status, OpenAI's error type and what a person can do next.
 * docs/api.md lists the same table; a test holds the two together.
 */
export const errorCodes = {
  // The request itself
  invalid_json: { status: 400, type: 'invalid_request_error', help: 'Send a JSON object as the body.' },
  invalid_type: { status: 400, type: 'invalid_request_error', help: 'Correct the field named in "param".' },
  invalid_value: { status: 400, type: 'invalid_request_error', help: 'Correct the field named in "param".' },
  json_too_deep: { status: 400, type: 'invalid_request_error', help: 'Nest the body less deeply.' },
  bad_host: { status: 400, type: 'invalid_request_error', help: 'Send exactly one Host header.' },
  bad_request: { status: 400, type: 'invalid_request_error', help: 'Send a well-formed HTTP/1.1 request.' },
  context_length_exceeded: {
    status: 400,
    type: 'invalid_request_error',
    help: 'Shorten the messages, or load the model with a longer context.',
  },
  unsupported_content: { status: 400, type: 'invalid_request_error', help: 'Send text only to this model.' },
  client_closed: {
    status: 499,
    type: 'invalid_request_error',
    help: 'Nothing: the client went away before the answer.',
  },
  request_timeout: {
    status: 408,
    type: 'invalid_request_error',
    help: 'Send the whole request without pausing.',
  },
  request_too_large: {
    status: 413,
    type: 'invalid_request_error',
    help: 'Send less, or raise the limit in the settings.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    help: 'Send the header "Content-Type: application/json" and an uncompressed body.',
  },
  expectation_failed: { status: 417, type: 'invalid_request_error', help: 'Leave out the Expect header.' },
  headers_too_large: { status: 431, type: 'invalid_request_error', help: 'Send fewer or shorter headers.' },
  // Who asks
  invalid_api_key: {
    status: 401,
    type: 'authentication_error',
    help: 'Send a valid key as "Authorization: Bearer imp_…".',
  },
  invalid_code: { status: 401, type: 'authentication_error', help: 'Make a new link with "impetus open".' },
  sign_in_locked: {
    status: 401,
    type: 'authentication_error',
    help: 'Wait for the time in Retry-After, then run "impetus open".',
  },
  insufficient_scope: { status: 403, type: 'permission_error', help: 'Use a key with the admin scope.' },
  host_not_allowed: {
    status: 403,
    type: 'permission_error',
    help: 'Use the address that Impetus printed, or add this host to server.allowedHosts in the settings.',
  },
  origin_not_allowed: {
    status: 403,
    type: 'permission_error',
    help: 'Add this origin to server.allowedOrigins in the settings if you trust that page.',
  },
  csrf_token_missing: { status: 403, type: 'permission_error', help: 'Reload the dashboard.' },
  // What is asked for
  not_found: { status: 404, type: 'invalid_request_error', help: 'See /api/openapi.json for every route.' },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    help: 'Use one of the methods in the Allow header.',
  },
  model_not_found: {
    status: 404,
    type: 'invalid_request_error',
    help: 'List the installed models with GET /v1/models.',
  },
  response_not_found: {
    status: 404,
    type: 'invalid_request_error',
    help: 'Send the whole conversation as "input"; responses are kept for a day, and not with "store": false.',
  },
  conflict: {
    status: 409,
    type: 'invalid_request_error',
    help: 'Look at the current state, then try again.',
  },
  invalid_model: {
    status: 422,
    type: 'invalid_request_error',
    help: 'Fetch the model file again, or use another one.',
  },
  template_error: {
    status: 422,
    type: 'invalid_request_error',
    help: 'Use a model with a working chat template.',
  },
  not_convertible: {
    status: 422,
    type: 'invalid_request_error',
    help: 'See docs/model-support.md for what is converted, or fetch the model as GGUF.',
  },
  // Fetching models
  unsafe_filename: {
    status: 422,
    type: 'invalid_request_error',
    help: 'Take the model from somebody who gives the file a plain name.',
  },
  hub_model_not_found: {
    status: 404,
    type: 'invalid_request_error',
    help: 'Check the spelling, or look for it with "impetus search".',
  },
  gated_model: {
    status: 403,
    type: 'permission_error',
    help: 'Accept the licence on the model’s page, then give Impetus a token with "impetus hub login".',
  },
  hub_token_refused: {
    status: 403,
    type: 'permission_error',
    help: 'Make a new token on the hub’s settings page, then "impetus hub login"; or "impetus hub logout".',
  },
  address_refused: {
    status: 400,
    type: 'invalid_request_error',
    help: 'Use a public https address, or set HF_ENDPOINT to the address of your own mirror.',
  },
  redirect_refused: {
    status: 502,
    type: 'server_error',
    help: 'Fetch the model from another place: this one leads to an address that is not public.',
  },
  hub_unavailable: {
    status: 502,
    type: 'server_error',
    help: 'Check the connection to the internet, then try again.',
  },
  download_failed: {
    status: 502,
    type: 'server_error',
    help: 'Try again with "impetus pull"; what is there already is kept.',
  },
  hash_mismatch: {
    status: 502,
    type: 'server_error',
    help: 'Fetch the file again; if it fails again, the file is damaged where it comes from.',
  },
  // What the machine can do now
  rate_limited: { status: 429, type: 'rate_limit_error', help: 'Wait for the time in Retry-After.' },
  queue_full: { status: 429, type: 'rate_limit_error', help: 'Wait for the time in Retry-After.' },
  internal_error: {
    status: 500,
    type: 'server_error',
    help: 'See the log (impetus logs) for this request id.',
  },
  engine_crashed: {
    status: 500,
    type: 'server_error',
    help: 'Send the request again: the model is loaded anew.',
  },
  engine_hung: {
    status: 503,
    type: 'server_error',
    help: 'Send the request again: the model is loaded anew.',
  },
  engine_unavailable: { status: 503, type: 'server_error', help: 'Run "impetus doctor".' },
  model_quarantined: {
    status: 503,
    type: 'server_error',
    help: 'Run "impetus doctor"; the model is tried again after a restart.',
  },
  model_load_failed: {
    status: 503,
    type: 'server_error',
    help: 'See the log (impetus logs) for the reason.',
  },
  insufficient_memory: {
    status: 503,
    type: 'server_error',
    help: 'Use a smaller model, a stronger quantisation or a shorter context.',
  },
  shutting_down: { status: 503, type: 'server_error', help: 'Send the request again when Impetus is back.' },
  remote_unavailable: {
    status: 503,
    type: 'server_error',
    help: 'Check that the other server runs, and its address under remote.servers.',
  },
  remote_failed: {
    status: 502,
    type: 'server_error',
    help: 'Send the request again, or look at the log of the other server.',
  },
  remote_unsupported: {
    status: 501,
    type: 'invalid_request_error',
    help: 'Use a model on this machine for this.',
  },
  queue_timeout: { status: 503, type: 'server_error', help: 'Send the request again later.' },
  database_busy: {
    status: 503,
    type: 'server_error',
    help: 'Close the program that has impetus.db open, then try again.',
  },
  not_writable: {
    status: 503,
    type: 'server_error',
    help: 'Make the folder of Impetus writable: run "impetus doctor".',
  },
  insufficient_storage: { status: 507, type: 'server_error', help: 'Free some disk space.' },
} as const satisfies Record<string, { status: number; type: string; help: string }>

export type ErrorCode = keyof typeof errorCodes
export type ErrorType = (typeof errorCodes)[ErrorCode]['type']

export interface ErrorDetails {
  /** The request field at fault, as a path (`messages.0.content`). */
  readonly param?: string
  /** Seconds after which a retry makes sense; sent as Retry-After. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/**
 * The one error class that crosses a room's border. Its message is for a person: what happened, and what to do next.
 * Anything else that is thrown is a defect and answers as `internal_error` without its text.
 */
export class ImpetusError extends Error {
  override readonly name = 'ImpetusError'
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.param = details.param
    this.retryAfter = details.retryAfter
  }

  get status(): number {
    return errorCodes[this.code].status
  }

  get type(): ErrorType {
    return errorCodes[this.code].type
  }
}
