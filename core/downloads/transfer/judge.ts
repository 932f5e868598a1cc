import type { IncomingHttpHeaders } from 'node:http'

/** What was asked of the server, and what is known of the file. */
export interface Asked {
  /** Null: the whole file, without a Range header. */
  readonly range: { readonly start: number; readonly end: number } | null
  readonly bytes: number
  /** Of the answers before; null when there were none. */
  readonly validator: string | null
  /** Nothing is written and nobody else fetches: an answer from the beginning can be taken as it is. */
  readonly fresh: boolean
}

export type RestartReason = 'changed' | 'no ranges' | 'wrong range' | 'encoded'

export type Verdict =
  /** The body begins where asked; it may end earlier than asked. */
  | { readonly kind: 'piece'; readonly end: number; readonly validator: string | null }
  /** The body is the file from its beginning. */
  | { readonly kind: 'whole'; readonly validator: string | null }
  /** What is on disk and what would come do not belong together. */
  | { readonly kind: 'restart'; readonly reason: RestartReason }
  | { readonly kind: 'wrong length'; readonly bytes: number }
  /** A status that brings no bytes. */
  | { readonly kind: 'refused' }

/** Whether an answer's body may be written, and where. A splice of two files must never pass. */
export function judge(status: number, headers: IncomingHttpHeaders, asked: Asked): Verdict {
  if (status === 416) return { kind: 'restart', reason: 'wrong range' }
  if (status !== 200 && status !== 206) return { kind: 'refused' }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return { kind: 'restart', reason: 'encoded' }
  const validator = validatorOf(headers)
  const changed = asked.validator !== null && validator !== null && validator !== asked.validator
  return status === 206
    ? judgePiece(headers, asked, validator, changed)
    : judgeWhole(headers, asked, validator, changed)
}

function judgePiece(
  headers: IncomingHttpHeaders,
  asked: Asked,
  validator: string | null,
  changed: boolean,
): Verdict {
  const wrong: Verdict = { kind: 'restart', reason: 'wrong range' }
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers['content-range'] ?? '')
  if (match === null || asked.range === null) return wrong
  const [start, last, total] = match.slice(1).map(Number) as [number, number, number]
  if (changed) return { kind: 'restart', reason: 'changed' }
  if (!Number.isNaN(total) && total !== asked.bytes) return { kind: 'wrong length', bytes: total }
  const end = last + 1
  if (start !== asked.range.start || end <= start || end > asked.range.end) return wrong
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== end - start) return wrong
  return { kind: 'piece', end, validator }
}

function judgeWhole(
  headers: IncomingHttpHeaders,
  asked: Asked,
  validator: string | null,
  changed: boolean,
): Verdict {
  if (changed) return { kind: 'restart', reason: 'changed' }
  if (asked.range !== null && !asked.fresh) return { kind: 'restart', reason: 'no ranges' }
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== asked.bytes)
    return { kind: 'wrong length', bytes: Number(length) }
  return { kind: 'whole', validator }
}

/** What tells one version of a file from another: its ETag, else its date, else nothing. */
export function validatorOf(headers: IncomingHttpHeaders): string | null {
  return headers.etag ?? headers['last-modified'] ?? null
}

/** Whether If-Range may carry it: a weak ETag does not promise the same bytes. */
export function isStrong(validator: string): boolean {
  return !validator.startsWith('W/')
}
