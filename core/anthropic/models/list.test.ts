import { describe, expect, it } from 'vitest'
import type { AnthropicModel } from '../../contract/anthropic.ts'
import { pageOf } from './list.ts'

const models = ['a', 'b', 'c', 'd'].map(
  (id): AnthropicModel => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '2026-01-01T00:00:00.000Z',
    max_input_tokens: 10,
    max_tokens: 10,
  }),
)

describe('pages', () => {
  it.each([
    [{}, 'abcd', false],
    [{ limit: '3' }, 'abc', true],
    [{ limit: '3', after_id: 'c' }, 'd', false],
    [{ limit: '1', after_id: 'a' }, 'b', true],
    [{ limit: '2', before_id: 'd' }, 'bc', true],
    [{ before_id: 'a' }, '', false],
    [{ after_id: 'nobody' }, 'abcd', false],
  ])('%o has %s', (query, ids, more) => {
    const page = pageOf(models, query)
    expect(page.data.map(model => model.id).join('')).toBe(ids)
    expect(page).toMatchObject({ has_more: more, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null })
  })

  it.each(['0', '1001', 'x', '1.5'])('refuses a limit of %s', limit => {
    expect(() => pageOf(models, { limit })).toThrow('"limit"')
  })
})
