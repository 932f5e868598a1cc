import { expect, it } from 'vitest'
import { type ErrorCode, ImpetusError } from '../contract/errors.ts'
import { errorAnswer } from '../http/errors.ts'
import { anthropicEnvelope, errorItems } from './errors.ts'

it.each<[ErrorCode, number, string]>([
  ['invalid_value', 400, 'invalid_request_error'],
  ['invalid_api_key', 401, 'authentication_error'],
  ['insufficient_scope', 403, 'permission_error'],
  ['model_not_found', 404, 'not_found_error'],
  ['request_too_large', 413, 'request_too_large'],
  ['template_error', 422, 'invalid_request_error'],
  ['rate_limited', 429, 'rate_limit_error'],
  ['internal_error', 500, 'api_error'],
  ['model_load_failed', 503, 'api_error'],
  ['shutting_down', 529, 'overloaded_error'],
  ['queue_timeout', 529, 'overloaded_error'],
])('%s is %i, %s', (code, status, type) => {
  const answer = errorAnswer(new ImpetusError(code, 'Words.'), anthropicEnvelope)
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.body)).toEqual({ type: 'error', error: { type, message: 'Words.' } })
})

it('says that a prompt is too long in the words that agents look for', () => {
  const error = new ImpetusError(
    'context_length_exceeded',
    'The prompt is too long: 9000 tokens > 8191 maximum. Shorten it.',
  )
  expect(errorItems(error)).toEqual([
    {
      event: 'error',
      data: JSON.stringify({
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 9000 tokens > 8191 maximum' },
      }),
    },
  ])
})
