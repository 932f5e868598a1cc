import type { ImpetusError } from '../contract/errors.ts'
import type { Envelope } from '../http/errors.ts'
import type { SseItem } from '../http/sse.ts'

/** Anthropic's status where it differs: its clients know 529 as "busy, try again in a moment". */
function statusOf({ code, status }: ImpetusError): number {
  return code === 'shutting_down' || code === 'queue_timeout' ? 529 : status
}

function typeOf(error: ImpetusError): string {
  switch (statusOf(error)) {
    case 401:
      return 'authentication_error'
    case 403:
      return 'permission_error'
    case 404:
      return 'not_found_error'
    case 413:
      return 'request_too_large'
    case 429:
      return 'rate_limit_error'
    case 529:
      return 'overloaded_error'
    default:
      return error.status < 500 ? 'invalid_request_error' : 'api_error'
  }
}

/** Agents shorten the conversation when they read exactly these words. */
const tooLong = /prompt is too long: \d+ tokens > \d+ maximum/

function messageOf({ code, message }: ImpetusError): string {
  return (code === 'context_length_exceeded' && tooLong.exec(message)?.[0]) || message
}

function body(error: ImpetusError): object {
  return { type: 'error', error: { type: typeOf(error), message: messageOf(error) } }
}

export const anthropicEnvelope: Envelope = { body, status: statusOf }

/** An error in a stream; nothing comes after it. */
export function errorItems(error: ImpetusError): readonly SseItem[] {
  return [{ event: 'error', data: JSON.stringify(body(error)) }]
}
