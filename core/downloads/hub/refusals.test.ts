import { expect, it } from 'vitest'
import { hubRefusal } from './refusals.ts'

it.each([
  [401, 'GatedRepo', false, 'gated_model', /licence/],
  [403, 'GatedRepo', true, 'gated_model', /may not fetch/],
  [403, undefined, true, 'gated_model', /may read it/],
  [401, 'RepoNotFound', false, 'hub_model_not_found', /private/],
  [401, undefined, false, 'hub_model_not_found', /private/],
  [404, 'RepoNotFound', true, 'hub_model_not_found', /can see/],
  [404, 'EntryNotFound', false, 'hub_model_not_found', /no such file/],
  [404, 'RevisionNotFound', false, 'hub_model_not_found', /revision/],
  [404, undefined, false, 'hub_model_not_found', /no model/],
  [401, undefined, true, 'hub_token_refused', /expired/],
  [401, 'RepoNotFound', true, 'hub_token_refused', /expired/],
  [500, undefined, false, 'hub_unavailable', /500/],
  [302, undefined, false, 'hub_unavailable', /302/],
])('status %i with %s, token %s: %s', (status, errorCode, hasToken, code, message) => {
  const headers = errorCode === undefined ? {} : { 'x-error-code': errorCode }
  const error = hubRefusal({ status, headers, what: 'o/n', hasToken, now: 0 })
  expect(error.code).toBe(code)
  expect(error.message).toMatch(message)
})

it.each([
  [{ 'retry-after': '30' }, 30],
  [{ ratelimit: '"api";r=0;t=55' }, 55],
  [{}, undefined],
])('429 with %j asks for %s seconds', (headers, seconds) => {
  const error = hubRefusal({ status: 429, headers, what: 'o/n', hasToken: false, now: 0 })
  expect(error).toMatchObject({ code: 'hub_unavailable', retryAfter: seconds })
})
