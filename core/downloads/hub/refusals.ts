import { ImpetusError } from '../../contract/errors.ts'
import { retryAfterOf } from '../network/retry.ts'

export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  /** What was asked for, in words for a person: `owner/name`. */
  readonly what: string
  readonly hasToken: boolean
  readonly now: number
}

/** What the hub means by a status other than 2xx. Its `X-Error-Code` says more than the status. */
export function hubRefusal({ status, headers, what, hasToken, now }: Refusal): ImpetusError {
  const code = headers['x-error-code']
  if (code === 'GatedRepo') return gated(what, hasToken)
  if (code === 'RepoNotFound' && !(status === 401 && hasToken)) return notFound(what, hasToken)
  if (code === 'EntryNotFound' || code === 'RevisionNotFound')
    return new ImpetusError(
      'hub_model_not_found',
      `The hub has no such file or revision of ${what}. Look at its files first.`,
    )
  // The hub says 401, not 404, to strangers, so that they cannot learn which private models there are.
  if (status === 401 && !hasToken) return notFound(what, hasToken)
  if (status === 401)
    return new ImpetusError(
      'hub_token_refused',
      'The hub does not accept the access token: it is wrong or has expired. Make a new one and give it to Impetus.',
    )
  if (status === 403) return gated(what, hasToken)
  if (status === 404) return notFound(what, hasToken)
  const retryAfter = retryAfterOf(headers, now)
  const details = retryAfter === undefined ? {} : { retryAfter }
  if (status === 429)
    return new ImpetusError(
      'hub_unavailable',
      `The hub asks to wait${retryAfter === undefined ? '' : ` ${retryAfter} s`}: too many requests came from here.`,
      details,
    )
  return new ImpetusError(
    'hub_unavailable',
    `The hub answers with status ${status}. Try again later.`,
    details,
  )
}

function gated(what: string, hasToken: boolean): ImpetusError {
  return new ImpetusError(
    'gated_model',
    hasToken
      ? `Your account may not fetch ${what} yet. Accept its licence on the model’s page, and use a token that may read it.`
      : `${what} is only given to accounts that accepted its licence. Do so on the model’s page, then give Impetus a token of your account.`,
  )
}

function notFound(what: string, hasToken: boolean): ImpetusError {
  return new ImpetusError(
    'hub_model_not_found',
    `The hub has no model ${what}${hasToken ? ' that your account can see' : ', or it is private and needs a token'}. Check the spelling.`,
  )
}
