import { expect, test } from 'vitest'
import { z } from 'zod'
import { issuesToError } from './zod-error.ts'

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), url: z.string() }),
])
const schema = z.object({
  messages: z.array(z.object({ content: z.union([z.string(), z.array(part), z.null()]) })),
  temperature: z.number().min(0).max(2).optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
})

test.each([
  [{}, 'invalid_type', 'messages'],
  [{ messages: 1 }, 'invalid_type', 'messages'],
  [{ messages: [{ content: 5 }] }, 'invalid_value', 'messages.0.content'],
  [{ messages: [{ content: [{ type: 'text', text: 5 }] }] }, 'invalid_type', 'messages.0.content.0.text'],
  [{ messages: [{ content: [{ type: 'video' }] }] }, 'invalid_value', 'messages.0.content.0.type'],
  [{ messages: [], temperature: 3 }, 'invalid_value', 'temperature'],
  [{ messages: [], temperature: 'NaN' }, 'invalid_type', 'temperature'],
  [{ messages: [], stop: ['a', 1] }, 'invalid_type', 'stop.1'],
  [[], 'invalid_type', undefined],
])('%j: %s at %s', (value, code, param) => {
  const parsed = schema.safeParse(value)
  if (parsed.success) throw new Error('this should not fit')
  const error = issuesToError(parsed.error)
  expect([error.code, error.param]).toEqual([code, param])
  expect(error.message).toContain(param ?? 'The body')
  expect(error.status).toBe(400)
})
