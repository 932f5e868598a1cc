import { randomId } from '../platform/random-id.ts'

/** A fresh request id, as every answer carries it in `x-request-id`. */
export function newRequestId(): string {
  return `req_${randomId().slice(0, 24)}`
}
