import { randomBytes } from 'node:crypto'

/** A fresh request id, as every answer carries it in `x-request-id`. */
export function newRequestId(): string {
  return `req_${randomBytes(12).toString('hex')}`
}
