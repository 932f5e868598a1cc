import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import type { Env } from './env.ts'
import { ndjsonResponse } from './ndjson.ts'

type Source = Parameters<typeof ndjsonResponse>[1]

async function lines(source: Source, limits: object = {}): Promise<string[]> {
  const app = new Hono<Env>()
  app.get('/', context => {
    context.set('signal', new AbortController().signal)
    context.set('stallMilliseconds', 1000)
    const options = {
      errorItem: (error: ImpetusError) => ({ error: error.code }),
      keepAlive: { alive: true },
      limits,
    }
    return ndjsonResponse(context, source, options)
  })
  const response = await app.request('/')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const text = await response.text()
  expect(text.endsWith('\n')).toBe(true)
  return text.split('\n').slice(0, -1)
}

describe('a stream of JSON lines', () => {
  it('has one object a line, whatever is in its texts', async () => {
    async function* source() {
      yield { a: 1 }
      yield { text: 'two\nlines' }
    }
    expect(await lines(source())).toEqual(['{"a":1}', '{"text":"two\\nlines"}'])
  })

  it('tells an error as its last line', async () => {
    async function* source() {
      yield { a: 1 }
      throw new ImpetusError('engine_crashed', 'Gone.')
    }
    expect(await lines(source())).toEqual(['{"a":1}', '{"error":"engine_crashed"}'])
  })

  it('has signs of life that are objects too', async () => {
    async function* source() {
      await new Promise(resolve => setTimeout(resolve, 120))
      yield { a: 1 }
    }
    const all = await lines(source(), { keepAlive: 20 })
    expect(all.at(-1)).toBe('{"a":1}')
    expect(all.length).toBeGreaterThan(1)
    expect(new Set(all.slice(0, -1))).toEqual(new Set(['{"alive":true}']))
  })
})
