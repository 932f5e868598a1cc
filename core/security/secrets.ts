import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits as 43 base64url characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** A short id that is no secret. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`
}

/**
 * What is kept of a secret. A plain hash is enough for 256 random bits: there is no dictionary to try. Looking the
 * hash up in a map leaks no timing about the secret.
 */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
